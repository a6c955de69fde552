"""The site file: every mistake is named with its place, and no secret gets out."""

from __future__ import annotations

import copy
import pprint
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli_w
from rich.console import Console

from center.addresses import split_address
from center.core.events import Micros
from center.core.roster import ROLES
from center.site import Site, SiteError, from_tables, load
from center.site_feeds import FeedSettings

TOKEN = sha256(b"open sesame").hexdigest()
GOOD: dict[str, Any] = {
    "site": {"name": "Example Parish", "timezone": "America/Chicago"},
    "api": {"listen": "127.0.0.1:8000"},
    "terminals": {"connect": "broker.example:1883", "username": "rtcc", "password": "not to be seen 1"},
    "policy": {"notify_units": 4},
    "agencies": [{"agency": "SO", "name": "Sheriff's Office", "own": True}, {"agency": "PD", "name": "Police"}],
    "units": [
        {"unit": "SO-1", "agency": "SO", "devices": ["3565"], "terminal": "mdt-1"},
        {"unit": "PD-1", "agency": "PD"},
    ],
    "readers": [{"reader": "R1", "name": "I-10", "devices": ["cam/1"], "lat": 30.2, "lon": -93.2}],
    "aircraft": [{"icao": "a1b2c3", "name": "Air 1", "agency": "SO"}],
    "operators": [{"operator": "ada", "name": "Ada", "agency": "SO", "role": "supervisor", "token_sha256": TOKEN}],
    "feeds": [
        {"name": "avl", "format": "nmea", "link": "udp", "listen": "0.0.0.0:5001", "quiet_after_s": 180},
        {"name": "sky", "format": "sbs", "link": "tcp", "connect": "receiver:30003"},
        {
            "name": "lpr",
            "format": "rekor",
            "link": "http",
            "listen": ":8081",
            "path": "/rekor",
            "token": "not to be seen 2",
        },
        {
            "name": "phones",
            "format": "owntracks",
            "link": "mqtt",
            "connect": "broker.example:1883",
            "topic": "owntracks/#",
            "username": "rtcc",
            "password": "not to be seen 3",
        },
        {"name": "wanted", "format": "hotlist", "link": "folder", "folder": "drop", "options": {"name": "state"}},
    ],
}


def altered(path: str, value: Any) -> dict[str, Any]:
    """The good tables with one thing put, or (None) taken away; `feeds.1.name` is a path."""
    tables = copy.deepcopy(GOOD)
    *way, last = path.split(".")
    place: Any = tables
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    if isinstance(place, list):
        place[int(last) :] = [value]
    elif value is None:
        del place[last]
    else:
        place[last] = value
    return tables


MISTAKES: dict[str, tuple[str, Any, str]] = {
    "no site": ("site", None, "top level: Object missing required field `site`"),
    "no name": ("site.name", None, "site: Object missing required field `name`"),
    "unknown table": ("sites", {}, "top level: Object contains unknown field `sites`"),
    "unknown key": ("site.nmae", "x", "site: Object contains unknown field `nmae`"),
    "unknown key of a unit": ("units.0.device", ["x"], "units[0]: Object contains unknown field `device`"),
    "unknown policy": ("policy.notify_unit", 3, "policy: Object contains unknown field `notify_unit`"),
    "a number as text": ("policy.notify_units", "three", "policy.notify_units: Expected `int`, got `str`"),
    "a negative number": ("policy.lookback_s", -1, "policy.lookback_s: found -1, expected 0 or more"),
    "no number": ("policy.hotlist_shrink", float("nan"), "policy.hotlist_shrink: found nan, expected 0 or more"),
    "no such zone": ("site.timezone", "Central", "site.timezone: 'Central' is not a time zone's IANA name"),
    "a zone outside": ("site.timezone", "../etc/passwd", "site.timezone: '../etc/passwd' is not a time zone's"),
    "no snapshots": ("site.snapshot_every_events", 0, "site.snapshot_every_events: found 0, expected a number above 0"),
    "page on no port": ("api.listen", "127.0.0.1", "api.listen: '127.0.0.1' is not host:port"),
    "broker on a port too high": ("terminals.connect", "b:70000", "terminals.connect: 'b:70000' is not host:port"),
    "a clock on a real site": (
        "clock",
        {"epoch_us": 0, "origin_us": 0},
        "clock: only a simulated site may have a clock of its own",
    ),
    "a clock that stands": ("clock", {"epoch_us": 0, "origin_us": 0, "rate": 0.0}, "clock.rate: found 0.0, expected a"),
    "two agencies of one name": ("agencies.1.agency", "SO", "agencies[1]: 'SO' is used twice, by agencies[0] as well"),
    "a unit of no agency": ("units.1.agency", "FD", "units[1].agency: 'FD' is not among the agencies"),
    "a unit without a name": ("units.1.unit", "", "units[1].unit: empty"),
    "two units on one modem": ("units.1.devices", ["3565"], "units[1]: '3565' is used twice, by units[0] as well"),
    "two units on one terminal": ("units.1.terminal", "mdt-1", "units[1]: 'mdt-1' is used twice, by units[0] as well"),
    "a unit named like another's modem": (
        "units.1.unit",
        "3565",
        "units[1]: '3565' is used twice, by units[0] as well",
    ),
    "a reader on no unit": ("readers.0.unit", "SO-9", "readers[0].unit: 'SO-9' is not among the units"),
    "half a place": ("readers.0.lat", None, "readers[0]: lat and lon go together"),
    "a place off the earth": ("readers.0.lat", -93.2, "readers[0].lat: found -93.2, expected degrees from -90 to 90"),
    "an aircraft in capitals": (
        "aircraft.0.icao",
        "A1B2C3",
        "aircraft[0].icao: 'A1B2C3' is not six hexadecimal digits",
    ),
    "a foreign aircraft": ("aircraft.0.agency", "FD", "aircraft[0].agency: 'FD' is not among the agencies"),
    "a role there is not": ("operators.0.role", "boss", "operators[0].role: Invalid enum value 'boss'"),
    "a person called like a rule": (
        "operators.0.operator",
        "rule/emergency",
        "operators[0].operator: 'rule/emergency': so the trail calls rules of the center",
    ),
    "a person of no agency": ("operators.0.agency", "FD", "operators[0].agency: 'FD' is not among the agencies"),
    "a person without a token": (
        "operators.0.token_sha256",
        None,
        "operators[0].token_sha256: missing, and there is no provider to sign in with",
    ),
    "the token itself": ("operators.0.token_sha256", "open sesame", "operators[0].token_sha256: not 64 hexadecimal"),
    "two feeds of one name": ("feeds.1.name", "avl", "feeds[1]: 'avl' is used twice, by feeds[0] as well"),
    "no such link": ("feeds.0.link", "serial", "feeds[0].link: Invalid enum value 'serial'"),
    "no such format": ("feeds.0.format", "morse", "feeds[0].format: 'morse' is not one of nmea, cradlepoint, taip"),
    "no such option": ("feeds.4.options", {"nmae": "x"}, "feeds[4].options: "),
    "udp without an address": ("feeds.0.listen", None, "feeds[0].listen: missing; link 'udp' needs it"),
    "tcp without an address": ("feeds.1.connect", None, "feeds[1].connect: missing; link 'tcp' needs it"),
    "http without a path": ("feeds.2.path", None, "feeds[2].path: missing; link 'http' needs it"),
    "mqtt without a topic": ("feeds.3.topic", None, "feeds[3].topic: missing; link 'mqtt' needs it"),
    "folder without a folder": ("feeds.4.folder", None, "feeds[4].folder: missing; link 'folder' needs it"),
    "an address without a port": ("feeds.1.connect", "receiver", "feeds[1].connect: 'receiver' is not host:port"),
    "a path that is none": ("feeds.2.path", "rekor", "feeds[2].path: 'rekor' does not begin with /"),
    "no patience": ("feeds.0.quiet_after_s", 0, "feeds[0].quiet_after_s: found 0"),
    "a list kept from all but strangers": (
        "hotlists",
        [{"hotlist": "state", "agencies": ["FD"]}],
        "hotlists[0].agencies: 'FD' is not among PD, SO",
    ),
    "a list for a role there is not": (
        "hotlists",
        [{"hotlist": "state", "roles": ["chief"]}],
        "hotlists[0].roles: 'chief' is not among administrator, auditor",
    ),
    "a kept list that no feed names": (
        "hotlists",
        [{"hotlist": "sate", "roles": ["supervisor"]}],
        'hotlists[0]: no hotlist feed has options = { name = "sate" }',
    ),
    "a list told of twice": (
        "hotlists",
        [{"hotlist": "state", "roles": ["supervisor"]}, {"hotlist": "state"}],
        "hotlists[1]: 'state' is used twice, by hotlists[0] as well",
    ),
    "a feed with an unknown key": ("feeds.0.prot", 5001, "feeds[0]: Object contains unknown field `prot`"),
    "QoS 2": ("feeds.3.qos", 2, "feeds[3].qos: Invalid enum value 2"),
}


def test_the_good_file_is_good(tmp_path: Path) -> None:
    """Without which the mistakes below would prove nothing. It is the same from a file and from tables."""
    path = tmp_path / "site.toml"
    path.write_text(tomli_w.dumps(GOOD))
    site = load(path)
    assert site == from_tables(copy.deepcopy(GOOD), "here")
    assert (site.policy.notify_units, site.policy.escalations) == (4, 2)
    assert site.feeds[2].listen == ":8081"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_place(mistake: str, tmp_path: Path) -> None:
    """File, table and key, what was found or what was expected. Fails when a mistake passes: a typing error must not
    become a silent default, and a feed on no port must not come to light at night."""
    place, value, expected = MISTAKES[mistake]
    path = tmp_path / "site.toml"
    path.write_text(tomli_w.dumps(altered(place, value)))
    with pytest.raises(SiteError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: {expected}"), said
    assert "sesame" not in said


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[site\nname = 1", "not TOML: Expected ']' at the end of a table declaration (at line 1, column 6)"),
        (b"[site]\nname = 'caf\xe9'", "not TOML: 'utf-8' codec can't decode byte 0xe9"),
        (b"#" * (16 * 1024 * 1024 + 1), "larger than 16777216 bytes"),
    ],
)
def test_a_file_that_is_no_site_file_says_so(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(content)
    with pytest.raises(SiteError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {expected}")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"none\.toml: No such file or directory"):
        load(tmp_path / "none.toml")
    with pytest.raises(SiteError, match="Is a directory"):
        load(tmp_path)


@pytest.mark.parametrize("name", ROLES)
def test_every_role_of_the_house_may_be_given(name: str) -> None:
    from_tables(altered("operators.0.role", name), "here")


def test_only_a_simulated_site_lets_people_in_without_a_token() -> None:
    tables = altered("operators.0.token_sha256", None)
    tables["site"]["simulated"] = True
    assert from_tables(tables, "here").operators[0].token_sha256 is None


# --- secrets ----------------------------------------------------------------------------------------------------------


def shown(thing: object) -> str:
    """Every way in which something may come to be written into a log."""
    rich = StringIO()
    Console(file=rich, width=400).print(thing)
    return "\n".join((repr(thing), str(thing), f"{thing}", pprint.pformat(thing), rich.getvalue()))


def test_a_site_that_is_shown_keeps_its_secrets() -> None:
    """Not even a debugger's eye gets them: whole, or a feed, or the terminals, or a person. Everything else is shown.
    Fails when a struct prints all its fields."""
    site = from_tables(copy.deepcopy(GOOD), "here")
    for thing in (site, *site.feeds, site.terminals, *site.operators, [site], {"site": site}):
        text = shown(thing)
        assert "not to be seen" not in text
        assert TOKEN not in text
    text = shown(site)
    for word in ("Example Parish", "broker.example:1883", "owntracks/#", "0.0.0.0:5001", "SO-1", "rtcc"):
        assert word in text
    assert repr(FeedSettings(name="a", format="nmea", link="udp")).count("None") == 14, "and it says what is not set"


def test_the_journal_never_hears_a_secret() -> None:
    """What the core is told of a site has no address, no password and no token in it."""
    event = from_tables(copy.deepcopy(GOOD), "here").as_event(Micros(1))
    for told in (msgspec.msgpack.encode(event), msgspec.json.encode(event), shown(event).encode()):
        for secret in (b"not to be seen", TOKEN.encode(), b"broker.example", b"5001"):
            assert secret not in told
    assert (event.name, event.simulated, event.policy.notify_units) == ("Example Parish", False, 4)
    assert [(it.operator, it.role) for it in event.operators] == [("ada", "supervisor")]


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:5001", ("127.0.0.1", 5001)),
        ("receiver.example:0", ("receiver.example", 0)),
        (":5001", ("0.0.0.0", 5001)),
        ("[::1]:5001", ("::1", 5001)),
        ("[::]:65535", ("::", 65535)),
    ],
)
def test_an_address_is_host_and_port(text: str, address: tuple[str, int]) -> None:
    assert split_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "host", "host:", "host:x", "host:-1", "host:65536", "5001", "host:５００１", "host:1 "]
)
def test_what_is_no_address_is_shown(text: str) -> None:
    with pytest.raises(ValueError, match="is not host:port") as caught:
        split_address(text)
    assert repr(text) in str(caught.value)


def test_every_table_of_the_file_is_in_the_manual() -> None:
    """docs/operations.md shows each table and each number a site may choose, with its default."""
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    for table in Site.__struct_fields__:
        if table not in ("clock", "aircraft"):  # the first is a twin's; the second is shaped like the units
            assert f"[{table}]" in manual, table
    policy = from_tables({"site": {"name": "x"}}, "here").policy
    for name in policy.__struct_fields__:
        assert f"`{name}` ({getattr(policy, name):g})" in manual, name
