"""Every dialect over a real socket: three receivers' and three vendors' feeds, as they are on the wire."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from center.embedded import journal_events
from tests.wire_play import over_sockets
from twin.expectations import check
from twin.lockstep import Lockstep
from twin.scenarios.loader import load
from twin.score import score

RATE = 40
SAID = {
    "adsb-klch": "AircraftSeen",
    "adsb-kuxl": "AircraftSeen",
    "adsb-kcwf": "AircraftSeen",
    "lpr": "PlateRead",
    "lpr-frigate": "PlateRead",
    "lpr-hikvision": "PlateRead",
}


@pytest.mark.wire
def test_every_dialect_arrives_whole(tmp_path: Path) -> None:
    """By TCP, by a document that is fetched, by MQTT, as a form: each feed tells what it is for, and no decoder finds
    anything that it does not understand."""
    shipped = load("open-sky")
    busy = replace(shipped.world, reads_a_day=400_000)
    scenario = replace(shipped, lasts_s=600.0, world=busy, faults=(), expect=())
    wired = over_sockets(scenario, scenario.seed, tmp_path, RATE)
    told: Counter[tuple[str, str]] = Counter()
    for _, _, body in journal_events(wired.outcome.journal):
        event = msgspec.json.decode(body)
        told[event["source"].partition("/")[0], event["type"]] += 1
    assert not [kind for kind in told if kind[1] == "FeedFaulted"]
    assert {feed: told[feed, kind] for feed, kind in SAID.items() if told[feed, kind] < 3} == {}
    assert wired.pace.lost == 0


def test_the_scenario_holds(tmp_path: Path) -> None:
    """In lockstep, with its faults, every expectation of it."""
    scenario = load("open-sky")
    outcome = Lockstep(scenario, scenario.seed, tmp_path / "journal.db").run()
    assert [checked for checked in check(outcome, score(outcome)) if not checked.held] == []
