"""Cameras of the site file: every mistake is named with its place, and no address gets out."""

from __future__ import annotations

import pprint
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from center.core.center import freeze
from center.core.events import Micros
from center.core.picture import Picture
from center.core.roster import RosterCamera
from center.core.site import SiteSlice
from center.site import Site, SiteError, from_tables

URL = "rtsp://admin:hunter2@10.1.2.3:554/main"
DASH = {"id": "SO-1-dash", "kind": "dash", "unit": "SO-1", "url": URL}
SHOP: dict[str, Any] = {
    "id": "shop",
    "name": "Main Street store",
    "kind": "community",
    "agency": "SO",
    "owner": "T. Hebert",
    "consent": "per-incident",
    "at": [30.2, -93.2],
    "heading": 90,
    "view_deg": 80,
    "range_m": 60,
    "url": "env:SHOP_CAMERA",
}
AIR = {"id": "air-1", "kind": "aircraft", "unit": "a1b2c3", "url": "udp://239.1.1.1:5000"}


def site(*cameras: dict[str, Any], **video: Any) -> Site:
    return from_tables(
        {
            "site": {"name": "Example Parish"},
            "agencies": [{"agency": "SO", "name": "Sheriff's Office", "own": True}],
            "units": [{"unit": "SO-1", "agency": "SO"}],
            "aircraft": [{"icao": "a1b2c3", "name": "Air 1", "agency": "SO"}],
            "cameras": list(cameras),
            "video": video,
        },
        "here",
    )


def test_the_core_gets_everything_but_the_address() -> None:
    """Nor does anything that is shown of a site file hold one: an address may hold a password. What rides belongs to
    the agency it rides with."""
    whole = site(DASH, SHOP, AIR, {**SHOP, "id": "registered", "url": None, "consent": "never"})
    event = whole.as_event(Micros(0))
    dash, shop, air, registered = event.cameras
    assert dash == RosterCamera("SO-1-dash", "dash", "SO", unit="SO-1", connected=True)
    assert (shop.lat, shop.lon, shop.heading_deg, shop.owner, shop.consent) == (
        *(30.2, -93.2, 90.0, "T. Hebert", "per-incident"),
    )
    assert (air.agency, air.unit) == ("SO", "a1b2c3")
    assert not registered.connected
    console = Console(file=StringIO(), width=200)
    console.print(whole)
    shown = console.file.getvalue() + repr(whole) + pprint.pformat(whole)  # type: ignore[attr-defined]  # a StringIO
    written = freeze(Picture(site=SiteSlice(event)))
    for secret in ("hunter2", "10.1.2.3", "239.1.1.1", "SHOP_CAMERA"):
        assert secret not in shown, secret
        assert secret.encode() not in written, secret


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a kind there is not": ({**DASH, "kind": "drone"}, "cameras[0].kind: Invalid enum value 'drone'"),
    "an id with a slash": ({**DASH, "id": "SO-1/dash"}, "cameras[0].id: 'SO-1/dash' must do in an address"),
    "on no unit": ({**DASH, "unit": "SO-9"}, "cameras[0].unit: 'SO-9' is not among the units"),
    "on no aircraft": ({**AIR, "unit": "SO-1"}, "cameras[0].unit: 'SO-1' is not among the aircraft"),
    "riding on nothing": ({**DASH, "unit": None}, "cameras[0].unit: missing; kind 'dash' rides on something"),
    "standing nowhere": ({**SHOP, "at": None}, "cameras[0].at: missing; a camera that stands still"),
    "of nobody": ({**SHOP, "agency": None}, "cameras[0].agency: missing; whose is it?"),
    "of a stranger": ({**SHOP, "agency": "FD"}, "cameras[0].agency: 'FD' is not among the agencies"),
    "an owner nobody asked": ({**SHOP, "consent": None}, "cameras[0].consent: missing; what has its owner agreed to"),
    "no address": ({**DASH, "url": "hunter2"}, "cameras[0].url: not an address that begins with one of rtsp://"),
    "a port too high": ({**DASH, "url": "rtsp://a:hunter2@h:99999/"}, "cameras[0].url: not an address"),
    "off the earth": ({**SHOP, "at": [-93.2, 30.2]}, "cameras[0].at: found [-93.2, 30.2], expected [latitude"),
    "half a place": ({**SHOP, "at": [30.2]}, "cameras[0].at: Expected `array` of length 2"),
    "turned too far": ({**SHOP, "heading": 360}, "cameras[0].heading: found 360.0, expected degrees from 0 to below"),
    "seeing nothing": ({**SHOP, "view_deg": 0}, "cameras[0].view_deg: found 0.0, expected a number above 0, up to 360"),
    "seeing no way": ({**SHOP, "range_m": -5}, "cameras[0].range_m: found -5.0, expected a number above 0"),
    "misspelt": (
        {**SHOP, "veiw_deg": 3},
        "cameras[0]: Object contains unknown field `veiw_deg`; did you mean view_deg",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_never_shows_an_address(mistake: str) -> None:
    table, expected = MISTAKES[mistake]
    with pytest.raises(SiteError) as caught:
        site({key: value for key, value in table.items() if value is not None})
    assert str(caught.value).startswith(f"here: {expected}"), str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_what_is_kept_by_itself_is_named_in_one_line_and_by_default_nothing() -> None:
    """Of a camera that remembers; a word that is no happening is a mistake."""
    remembering = {**DASH, "events": "http://a:hunter2@10.1.2.3/events"}
    told = site(remembering, keep_on=["emergency", "stop-silent"]).as_event(Micros(0))
    assert (told.keep_on, told.cameras[0].remembers) == (("emergency", "stop-silent"), True)
    assert (site(DASH).as_event(Micros(0)).keep_on, site(DASH).as_event(Micros(0)).cameras[0].remembers) == ((), False)
    with pytest.raises(SiteError, match="'speeding' is not among code-3, crash"):
        site(remembering, keep_on=["speeding"])


def test_two_cameras_of_one_name_are_a_mistake() -> None:
    with pytest.raises(SiteError, match=r"cameras\[1\]: 'air-1' is used twice"):
        site(AIR, AIR)


def test_a_feed_of_films_keeps_its_addresses_and_says_what_is_wrong_with_one() -> None:
    def films(format_name: str = "lpr-frames", **streams: str) -> Site:
        feed = {"name": "films", "format": format_name, "link": "rtsp", "streams": streams}
        return from_tables({"site": {"name": "Example Parish"}, "feeds": [feed]}, "here")

    assert "hunter2" not in repr(films(gate=URL))
    for told, wrong in (
        ("feeds[0].streams: missing", {}),
        ("feeds[0].streams.gate: not an address", {"gate": "admin:hunter2@10.1.2.3"}),
        ("feeds[0].streams: 'the gate' must do", {"the gate": URL}),
        ("feeds[0].link: rekor comes by any other link", {"format_name": "rekor", "gate": URL}),
    ):
        with pytest.raises(SiteError) as error:
            films(**wrong)
        assert told in str(error.value)
        assert "hunter2" not in str(error.value)
