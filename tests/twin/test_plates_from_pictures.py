"""Cameras that send pictures, and a center that reads them: the same stolen car found on either clock."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from center.embedded import journal_events
from tests.wire_play import over_sockets
from twin.devices.faults import Misread, Silent
from twin.expectations import check
from twin.lockstep import Lockstep
from twin.outcome import Outcome
from twin.plates_read import plates_read, reads_of
from twin.scenarios.loader import load
from twin.scenarios.schema import FeedsAlive, PlatesRead, Scenario, Told
from twin.score import score

CAMERAS = ("i10-bridge", "i10-exit-30")
RATE = 6.0


def short() -> Scenario:
    """The shipped scenario's car alone on the road."""
    shipped = load("plates-from-pictures")
    world = replace(shipped.world, units={"CPSO": 2}, reads_a_day=0, calls_a_day=0, hotlist=50)
    (car,) = shipped.happens
    expect = tuple(one for one in shipped.expect if not isinstance(one, FeedsAlive | Told))
    return replace(
        shipped, lasts_s=120.0, world=world, happens=(replace(car, at_s=2.0, reported_after_s=1.0),), expect=expect
    )


@lru_cache(maxsize=1)
def played(folder: Path) -> Outcome:
    scenario = short()
    outcome = Lockstep(scenario, scenario.seed, folder / "journal.db").run()
    return outcome._replace(reads=reads_of(journal_events(outcome.journal)))


@pytest.fixture
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return played(tmp_path_factory.getbasetemp())


def failed(outcome: Outcome) -> list[object]:
    return [one for one in check(outcome, score(outcome)) if not one.held]


def test_a_car_is_found_by_pictures_alone(outcome: Outcome) -> None:
    """By POST and by MQTT; one read a passage, each with the picture it was made from; and who compares picture and
    text confirms it."""
    assert failed(outcome) == []
    shown = [fact.facts["reader"] for fact in outcome.facts if fact.kind == "plate-shown"]
    assert shown == list(CAMERAS)
    assert [read["reader"] for read in outcome.reads] == shown
    assert {read["source"] for read in outcome.reads} == {"lpr-frames/i10-bridge", "lpr-frames-mqtt/i10-exit-30"}
    sent = {fact.facts["frame"] for fact in outcome.facts if fact.kind == "frame-sent"}
    assert {read["frame"] for read in outcome.reads} <= sent
    (alert,) = outcome.alerts.values()
    assert alert["disposition"] == "correct"


def test_what_the_pictures_show_is_not_in_them_but_in_the_truth(outcome: Outcome) -> None:
    """Scores rest on what was sent, and a wrong text is counted as wrong: the same reads against another truth."""
    assert plates_read(outcome)[:4] == (2, 2, 2, 2)
    (first, *rest) = outcome.reads
    misread = outcome._replace(reads=({**first, "plate": "XXX000"}, *rest))
    assert plates_read(misread)[:4] == (2, 1, 2, 1)
    assert [type(one) for one in outcome.scenario.expect if isinstance(one, PlatesRead)] == [PlatesRead]
    assert len(failed(misread)) == 1


def test_pictures_that_the_center_took_of_a_film_are_scored_by_camera_and_moment(outcome: Outcome) -> None:
    """No name leads back to what was shown; a wrong text, another camera and another minute do not either."""
    (first, *rest) = outcome.reads
    own = {**first, "frame": "picture/of-its-own", "seen": first["at"]}  # nor a camera's clock
    for read, right in (
        (own, 2),
        ({**own, "plate": "XXX000"}, 1),
        ({**own, "reader": "i10-exit-30"}, 1),
        ({**own, "seen": own["seen"] + 60_000_000}, 1),
    ):
        assert plates_read(outcome._replace(reads=(read, *rest))).right == right


def test_a_camera_that_films_is_read_by_its_address_in_the_site_file(tmp_path: Path) -> None:
    """And by its name, as the other cameras that do not read; it is none of those that people watch."""
    scenario = short()
    world = replace(scenario.world, speaks={"i10-bridge": "frames-rtsp"})
    site = Lockstep(replace(scenario, world=world, expect=()), scenario.seed, tmp_path / "journal").site
    (feed,) = [feed for feed in site["feeds"] if feed["link"] == "rtsp"]
    assert feed["format"] == "lpr-frames"
    assert [(name, url.rpartition("/")[2]) for name, url in feed["streams"].items()] == [
        ("i10-bridge", "lpr-i10-bridge")
    ]
    assert "lpr-i10-bridge" not in {camera["id"] for camera in site["cameras"]}


@pytest.mark.wire
def test_the_same_car_is_found_on_the_wire(outcome: Outcome, tmp_path: Path) -> None:
    """World, broker, center and its worker as processes: the same plate from the same cameras, whatever was lost."""
    scenario = outcome.scenario
    wired = over_sockets(scenario, scenario.seed, tmp_path, RATE).outcome
    wired = wired._replace(reads=reads_of(journal_events(wired.journal)))
    assert failed(wired) == []
    assert {(read["reader"], read["plate"]) for read in wired.reads} == {
        (read["reader"], read["plate"]) for read in outcome.reads
    }
    assert wired.feeds["lpr-frames"]["faults"] == wired.feeds["lpr-frames-mqtt"]["faults"] == 0


def test_a_camera_that_is_off_sends_nothing_and_misreading_is_not_its_fault(tmp_path: Path) -> None:
    scenario = replace(
        short(), faults=(Silent(on="lpr/i10-bridge"), Misread(on="lpr/i10-exit-30", text="ABC123")), expect=()
    )
    outcome = Lockstep(scenario, scenario.seed, tmp_path / "journal.db").run()
    reads = [msgspec.json.decode(body) for _, _, body in journal_events(outcome.journal) if b"PlateRead" in body]
    (car,) = [fact.facts for fact in outcome.facts if fact.kind == "stolen"]
    assert [(read["reader"], read["plate"]) for read in reads] == [("i10-exit-30", car["plate"])]
    assert [fact.facts["reader"] for fact in outcome.facts if fact.kind == "unseen"] == ["i10-bridge"]
