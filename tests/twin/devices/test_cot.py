"""A partner's TAK server on the wire: another vendor's decoder reads what was meant."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec import structs

from center.ingest.cot_xml import CotSplitter, parse
from tests.twin import small
from twin.devices import cot
from twin.devices.things import Fix
from twin.lockstep import Lockstep
from twin.parish_site import TAK_FEED
from twin.scenarios.schema import World

AT_US = 1_774_267_198_250_000
DRIVING = Fix(0, 30.2266, -93.2174, 12.0, 90.0)


def test_positions_follow_each_other_with_nothing_between_and_are_read_as_meant() -> None:
    stream = cot.position(AT_US, DRIVING, "LCPD-01", AT_US) + cot.position(AT_US, None, "LCPD-02", AT_US)
    first, second = (parse(data) for _, data, why in CotSplitter().feed(stream) if not why)
    assert (first.callsign, first.lat, first.lon, first.speed_mps, first.course_deg) == (
        "LCPD-01",
        30.2266,
        -93.2174,
        12.0,
        90.0,
    )
    assert (first.time, first.stale) == (AT_US, AT_US + cot.STALE_US)
    assert (second.callsign, second.lat, second.speed_mps) == ("LCPD-02", None, None)


def test_an_agency_with_a_server_of_its_own_is_on_the_centers_map_by_it(tmp_path: Path) -> None:
    """Not by the 911 gateway; and nobody else's position comes by it."""
    quiet = structs.replace(
        small.scenario(75),
        world=World(
            units={"CPSO": 1, "LCPD": 2},
            readers=0,
            reads_a_day=0,
            calls_a_day=0,
            hotlist=0,
            aircraft=False,
            tak=("LCPD",),
        ),
    )
    carried: dict[str, list[str]] = {}
    play = Lockstep(quiet, 1, tmp_path / "journal.db", lambda link, peer, _: carried.setdefault(link, []).append(peer))
    play.run()
    units = {unit["unit"]: unit for unit in json.loads(play.center.state())["units"]}
    assert carried[TAK_FEED]
    assert "911-avl" not in carried
    assert all("lat" in units[name] and not units[name].get("stale") for name in ("LCPD-01", "LCPD-02"))
    assert [unit.get("beat", "") != "" for unit in play.site["units"]] == [True, False, False]
    assert play.site["units"][1]["devices"] == ["LCPD-01"]
