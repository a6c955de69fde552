"""Cutting and merging recordings: what goes along, what is repeated, what is moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twin.recording import JOURNAL, TRUTH, Carried, Recording, RecordingError, RunRecorder
from twin.recording_parts import cut, merged

EPOCH_S = 1_000
FEEDS = {"avl": ("nmea", "udp"), "lpr": ("rekor", "http"), "lists": ("hotlist", "folder")}
SITE = {"site": {"name": "test"}, "units": [{"unit": "A"}], "feeds": [{"name": name} for name in FEEDS]}


def us(second: float) -> int:
    return round((EPOCH_S + second) * 1_000_000)


def recorded(path: Path, said: list[tuple[float, str, str]], name: str = "one", **site: Any) -> Path:
    """A recording of `said`: (second, feed, text); `/truth` for a fact."""
    recorder = RunRecorder(path, FEEDS)
    recorder.attach("run", {"scenario": name, "seed": 1})
    recorder.attach("scenario", {"name": name})
    recorder.attach("site", {**SITE, **site})
    for second, feed, text in said:
        if feed == TRUTH:
            recorder.happened(us(second), json.dumps({"kind": text}).encode())
        else:
            recorder.carried(us(second), feed, f"{feed}/peer", text.encode())
    recorder.finish([(1, us(0), b"{}")])
    return path


DAY = [
    (0.0, "avl", "first"),
    (1.0, TRUTH, "stolen"),
    (2.0, "lists", "old list"),
    (3.0, "lists", "list"),
    (5.0, "avl", "early"),
    (10.0, "avl", "at ten"),
    (11.0, "lpr", "read"),
    (12.0, TRUTH, "passed"),
    (15.0, "lists", "new list"),
    (20.0, "avl", "at twenty"),
    (21.0, TRUTH, "told"),
]


@pytest.fixture
def day(tmp_path: Path) -> Path:
    return recorded(tmp_path / "day.mcap", DAY)


def said(path: Path) -> list[tuple[float, str, str]]:
    """The messages of a recording: (second, feed, text)."""
    recording = Recording(path)
    found = [(at_us / 1e6 - EPOCH_S, feed, data.decode()) for at_us, feed, _, data in recording.messages()]
    assert recording.damage == ""
    return found


def truth(path: Path) -> list[tuple[float, str]]:
    return [(at_us / 1e6 - EPOCH_S, json.loads(fact)["kind"]) for _, at_us, fact in Recording(path).notes(TRUTH)]


def test_a_cut_keeps_what_was_said_meanwhile_and_what_lay_in_the_folder(day: Path, tmp_path: Path) -> None:
    """From the moment it begins until before the moment it ends; the last list is there at once."""
    part = tmp_path / "part.mcap"
    made = cut(day, part, 10.0, 20.0)
    assert said(part) == [
        (10.0, "lists", "list"),
        (10.0, "avl", "at ten"),
        (11.0, "lpr", "read"),
        (15.0, "lists", "new list"),
    ]
    assert (made.messages, made.facts, made.seconds, made.damage) == (4, 2, 5.0, ())


def test_truth_goes_along_up_to_the_end(day: Path, tmp_path: Path) -> None:
    """What has happened before is still true; what the center learned is not known of a part."""
    part = tmp_path / "part.mcap"
    cut(day, part, 10.0, 20.0)
    assert truth(part) == [(1.0, "stolen"), (12.0, "passed")]
    assert list(Recording(part).notes(JOURNAL)) == []


def test_a_cut_without_an_end_goes_to_the_end_and_may_keep_some_feeds_only(day: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.mcap"
    cut(day, part, 5.0, None, ["avl"])
    assert said(part) == [(5.0, "avl", "early"), (10.0, "avl", "at ten"), (20.0, "avl", "at twenty")]
    recording = Recording(part)
    recording.read_about()
    assert recording.feeds == {"avl": ("nmea", "udp")}
    assert recording.about["scenario"] == "one"
    assert recording.about["cut"] == {"from_s": 5.0, "to_s": None, "links": ["avl"]}
    assert (recording.site["site"], json.loads(recording.scenario)) == ({"name": "test"}, {"name": "one"})


def test_a_whole_cut_is_the_recording(day: Path, tmp_path: Path) -> None:
    cut(day, tmp_path / "part.mcap", 0.0, None)
    assert said(tmp_path / "part.mcap") == said(day)
    assert truth(tmp_path / "part.mcap") == truth(day)


def test_a_damaged_recording_is_cut_as_far_as_it_can_be_read(day: Path, tmp_path: Path) -> None:
    """And the damage is told."""
    day.write_bytes(day.read_bytes()[:-200])
    made = cut(day, tmp_path / "part.mcap", 0.0, None)
    assert made.damage[0].startswith(f"{day}: damaged behind message")
    assert len(said(tmp_path / "part.mcap")) == made.messages


def test_recordings_are_merged_in_order_of_time(day: Path, tmp_path: Path) -> None:
    """Messages and truth of both."""
    other = recorded(tmp_path / "other.mcap", [(4.0, "avl", "other"), (4.5, TRUTH, "panic"), (30.0, "lpr", "last")])
    both = tmp_path / "both.mcap"
    made = merged([day, other], both)
    assert said(both) == sorted([*said(day), *said(other)], key=lambda one: one[0])
    assert truth(both) == [(1.0, "stolen"), (4.5, "panic"), (12.0, "passed"), (21.0, "told")]
    assert (made.messages, made.facts) == (10, 4)


def test_merged_recordings_can_begin_together_and_be_shifted(day: Path, tmp_path: Path) -> None:
    """Facts move with their messages; what is inside them stays."""
    other = recorded(tmp_path / "other.mcap", [(500.0, "avl", "other"), (501.0, TRUTH, "panic")])
    both = tmp_path / "both.mcap"
    merged([day, other], both, [0.0, 2.5], align=True)
    assert (2.5, "avl", "other") in said(both)
    assert (3.5, "panic") in truth(both)
    recording = Recording(both)
    recording.read_about()
    assert recording.about["moved_s"] == [0.0, -497.5]
    assert [one["scenario"] for one in recording.about["merged"]] == ["one", "one"]
    assert recording.scenario == b""


def test_a_merged_site_knows_everybody(day: Path, tmp_path: Path) -> None:
    """The first site's word counts; who is only in another is added."""
    units = [{"unit": "A", "agency": "other"}, {"unit": "B"}]
    other = recorded(tmp_path / "other.mcap", [(1.0, "avl", "x")], units=units, site={"name": "other"})
    merged([day, other], tmp_path / "both.mcap")
    recording = Recording(tmp_path / "both.mcap")
    recording.read_about()
    assert recording.site["units"] == [{"unit": "A"}, {"unit": "B"}]
    assert recording.site["site"] == {"name": "test"}
    assert [feed["name"] for feed in recording.site["feeds"]] == list(FEEDS)


def test_what_cannot_be_cut_or_merged_is_told(day: Path, tmp_path: Path) -> None:
    """A feed that is not there, a file onto itself, an empty one, shifts that do not fit, feeds that differ."""
    to = tmp_path / "to.mcap"
    with pytest.raises(RecordingError, match=r"has no feed radar; it has avl, lists, lpr"):
        cut(day, to, 0.0, None, ["radar"])
    with pytest.raises(RecordingError, match="is what would be read"):
        cut(day, day, 0.0, None)
    with pytest.raises(RecordingError, match="holds no message"):
        cut(recorded(tmp_path / "empty.mcap", []), to, 0.0, None)
    with pytest.raises(RecordingError, match="1 shifts for 2 recordings"):
        merged([day, day], to, [1.0])
    recorder = RunRecorder(tmp_path / "odd.mcap", {"avl": ("taip", "udp")})
    recorder.carried(us(0), "avl", "x", b"y")
    recorder.finish()
    with pytest.raises(RecordingError, match="avl is taip by udp, elsewhere nmea by udp"):
        merged([day, tmp_path / "odd.mcap"], to)
    assert not to.exists()


def test_a_message_is_a_message(day: Path) -> None:
    """Peer and bytes as they were."""
    assert next(Recording(day).messages()) == Carried(us(0), "avl", "avl/peer", b"first")
