"""Load put on record: a world without a center, as a stream, to be drawn again under another seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twin import small
from twin.loads import record, scenario_of
from twin.recording import TRUTH, Recording, RecordingError, RunRecorder
from twin.scenarios.loader import load
from twin.scenarios.reading import ScenarioError
from twin.scenarios.scale import scaled
from twin.sim import parish

STOLEN = "happens:\n  - {do: stolen-car, at_s: 5, name: van, from: Vinton, to: Iowa, reported_after_s: 10}\n"


def contents(path: Path) -> tuple[list[tuple[int, str, str, bytes]], list[tuple[int, int, bytes]]]:
    recording = Recording(path)
    found = list(recording.messages()), list(recording.notes(TRUTH))
    assert recording.damage == ""
    return found  # type: ignore[return-value]  # a Carried is such a tuple


def test_a_load_holds_bytes_truth_and_what_it_was_made_from(tmp_path: Path) -> None:
    path = tmp_path / "load.mcap"
    done = record(small.scenario(40, STOLEN), 3, path)
    messages, facts = contents(path)
    assert (len(messages), len(facts)) == (done.messages, done.facts)
    assert sum(len(data) for *_, data in messages) == done.bytes
    assert {"avl-udp", "hotlist-state"} <= {feed for _, feed, _, _ in messages}
    assert [b'"reported"' in fact for _, _, fact in facts].count(True) == 1
    recording = Recording(path)
    recording.read_about()
    assert recording.about == {"scenario": "small", "seed": 3, "mode": "world"}
    assert {feed["name"] for feed in recording.site["feeds"]} == set(recording.feeds)
    assert scenario_of(path) == small.scenario(40, STOLEN)


def test_it_is_written_as_it_goes(tmp_path: Path) -> None:
    """What is on disk grows with the world's time; nothing waits for the end."""
    path = tmp_path / "load.mcap"
    sizes: list[int] = []
    record(small.scenario(60), 1, path, lambda _: sizes.append(path.stat().st_size))
    assert len(sizes) == 6
    assert sizes[2] > sizes[0]
    assert sizes[5] > sizes[2]


def test_a_recording_is_drawn_again_under_another_seed(tmp_path: Path) -> None:
    """The same day with the same seed is the same bytes; with another it is another day of the same plan."""
    first, same, other = (tmp_path / f"{name}.mcap" for name in "abc")
    record(small.scenario(40, STOLEN), 3, first)
    record(scenario_of(first), 3, same)
    record(scenario_of(first), 4, other)
    assert contents(same) == contents(first)
    assert contents(other)[0] != contents(first)[0]
    assert scenario_of(other) == scenario_of(first)
    stolen = [next(fact for _, _, fact in contents(path)[1] if b'"stolen"' in fact) for path in (first, other)]
    assert stolen[0] != stolen[1]


def test_what_the_twin_has_not_drawn_cannot_be_drawn_again(tmp_path: Path) -> None:
    """A day of real feeds is what it is."""
    recorder = RunRecorder(tmp_path / "real.mcap", {"avl": ("nmea", "udp")})
    recorder.finish()
    with pytest.raises(RecordingError, match="does not say from which scenario it was made"):
        scenario_of(tmp_path / "real.mcap")


def test_ten_times_a_scenario_is_ten_times_its_units_reads_and_calls() -> None:
    day = small.scenario()
    more = scaled(day, 10).world
    assert more.units == {"CPSO": 30, "LCPD": 10}
    assert (more.reads_a_day, more.calls_a_day) == (200_000, 3_000)
    assert (more.readers, more.hotlist) == (day.world.readers, day.world.hotlist)
    with pytest.raises(ScenarioError, match=r"small 5000 times: .*units"):
        scaled(day, 5_000)


@pytest.mark.parametrize(("name", "times"), [("load-10x", 10), ("load-100x", 100)])
def test_the_load_scenarios_are_the_parish_so_many_times(name: str, times: int) -> None:
    """Whoever changes the parish's numbers changes theirs."""
    world = load(name).world
    assert world.units == {agency.agency: agency.units * times for agency in parish.load().agencies}
    assert (world.reads_a_day, world.calls_a_day) == (300_000 * times, 310 * times)
