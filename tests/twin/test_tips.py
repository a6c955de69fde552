"""A tip line and those who tell it: the scenario in lockstep, what the score counts, and the line under faults."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from simpy import Environment

from center.core.events import FeedFaulted
from center.core.tip_facts import TipReceived
from center.store.journal import read
from tests.twin.devices.recorder import EPOCH, SECOND, Diary, Recorder
from twin import report, tips_score
from twin.devices.clock import call_later
from twin.devices.faults import AnyFault, Retransmit, SaysWho, Silent
from twin.devices.line import Line
from twin.devices.line_quality import REQUEST
from twin.devices.tip_line import Teller, TipLine, Told
from twin.expectations import check
from twin.lockstep import FunctionCarrier, Lockstep
from twin.outcome import Outcome
from twin.scenarios.loader import load
from twin.scenarios.tips import Tell
from twin.score import score
from twin.setting import Setting, WorldError
from twin.telling import Spot, Telling
from twin.world import World

NOBODY = {"units": {"CPSO": 1}, "reads_a_day": 0, "hotlist": 1}
CHECKED = ("tips-reached", "happened", "granted", "audited", "incidents")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Lockstep]:
    """The scenario without its traffic."""
    scenario = load("tip-line")
    scenario = msgspec.structs.replace(scenario, world=msgspec.structs.replace(scenario.world, **NOBODY), lasts_s=660)
    run = Lockstep(scenario, scenario.seed, tmp_path_factory.mktemp("tips") / "journal.db")
    return run.run(), run


def test_the_tips_that_can_be_found_stand_beside_the_robbery_and_nothing_else_does(
    played: tuple[Outcome, Lockstep],
) -> None:
    outcome, _ = played
    assert [one.what for one in check(outcome, score(outcome)) if not one.held] == []
    made = tips_score.score(outcome)
    assert made is not None
    assert (made.reached, made.known, made.stray) == (2, 2, 0)
    about = {tip.wrong: tip for tip in made.tips if tip.about == "robbery"}
    assert about.keys() == {"", "plate", "place"}
    assert about["place"].after_s is None
    assert made.told > 3, "somebody tells of something else"


def test_the_report_says_of_every_tip_what_it_was_about_and_whether_it_got_there(
    played: tuple[Outcome, Lockstep], tmp_path: Path
) -> None:
    outcome, _ = played
    made = score(outcome)
    report.write(tmp_path / "r.html", outcome, made, check(outcome, made))
    page = (tmp_path / "r.html").read_text()
    assert "tips: " in page
    assert "<td>26-000003</td><td>robbery</td><td>place</td><td>never</td>" in page


def test_the_score_fails_a_center_that_puts_tips_beside_nothing_or_beside_everything(
    played: tuple[Outcome, Lockstep],
) -> None:
    """A measure that cannot fall measures nothing."""
    outcome, _ = played
    numbers = [{"number": str(f.facts["tip"])} for f in outcome.facts if f.kind == "tip-told"]
    for tips, reached, strays in (([], 0, 0), (numbers, 2, len(numbers))):
        shown = {name: {**one, "tips": tips} for name, one in outcome.incidents.items()}
        other = {"calls": [], "tips": tips, "opened_at": outcome.epoch}
        made = tips_score.score(outcome._replace(incidents={**shown, "i0": other}))
        assert made is not None
        assert (made.reached, made.stray) == (reached, strays)
        changed = outcome._replace(incidents={**shown, "i0": other})
        held = {one.what: one.held for one in check(changed, score(changed))}
        assert not next(is_held for what, is_held in held.items() if what.startswith("tips about robbery"))


def test_who_told_it_is_nowhere_in_the_journal_though_the_line_said_so(played: tuple[Outcome, Lockstep]) -> None:
    """The fault struck at least one tip; its teller is a resident with a name and a number."""
    outcome, run = played
    leaked = {f.facts["tip"] for f in outcome.facts if f.kind == "tip-says-who"}
    assert leaked
    events = [event for _, event in read(outcome.journal)]
    tips = [event for event in events if isinstance(event, TipReceived)]
    assert {tip.tip for tip in tips if tip.withheld == 2} == leaked
    assert any("dropped (2)" in event.why for event in events if isinstance(event, FeedFaulted))
    kept = msgspec.json.encode(events)
    people = run.world.setting.people
    for fact in outcome.facts:
        if fact.kind == "tip-told":
            number = int(str(fact.facts["person"]).rpartition("-")[2])
            person = people.person(number)
            assert people.phone(number).encode() not in kept
            assert f"{person.first} {person.last}".encode() not in kept
            assert str(fact.facts["person"]).encode() not in kept


def test_what_a_scenario_has_told_moves_nobody_elses_dice() -> None:
    """What others tell is the same, word for word and by the same people, whatever is told besides."""

    def told(*tells: Tell) -> list[Any]:
        setting = Setting(load("tip-line"), 3, Recorder(Environment()))
        telling = Telling(setting)
        assert telling.line is not None
        heard: list[Any] = []
        telling.line.tell = lambda *said: heard.append(said)  # type: ignore[method-assign]
        for tell in tells:
            telling.plan(tell, {"robbery": Spot("robbery", "robbery", 0.0, 0.0, 0)}, {})
        setting.env.run(until=600 * SECOND)
        return heard

    chatter = told()
    besides = told(Tell(name="more", at_s=200, about="robbery"))
    assert len(besides) == len(chatter) + 1 > 2
    assert [one for one in besides if not one[0].about] == chatter


@pytest.mark.parametrize(
    ("about", "car", "why"),
    [("nothing", None, "about: no incident"), ("robbery", "nothing", "car: no stolen car")],
)
def test_who_tells_of_what_does_not_happen_is_a_mistake(about: str, car: str | None, why: str) -> None:
    scenario = load("tip-line")
    tell = Tell(name="more", at_s=300, about=about, car=car)
    with pytest.raises(WorldError, match=why):
        World(msgspec.structs.replace(scenario, happens=(*scenario.happens, tell)), 1, FunctionCarrier(None))


class Room:
    """A line that is told something every minute."""

    def __init__(self, *faults: AnyFault) -> None:
        self.env = Environment()
        self.recorder, self.diary = Recorder(self.env), Diary()
        line = Line(self.env, self.recorder, "tips", "application/json", Random(1), REQUEST)
        self.line = TipLine(self.env, "tips/x", line, Random(2), epoch=EPOCH, year=2026, faults=faults, log=self.diary)
        for minute in range(5):
            said = Told("I saw it", "Burglary", "web", begins_us=-SECOND, lat=30.2, lon=-93.2, about="b")
            call_later(self.env, minute * 60 * SECOND, self.line.tell, said, Teller("A. B.", "337-555-0101"), "SYN-1")
        self.env.run(until=600 * SECOND)

    @property
    def said(self) -> list[dict[str, Any]]:
        return [json.loads(data) for data in self.recorder.data]


def test_each_tip_has_a_number_and_says_what_was_said_and_nobodys_name() -> None:
    room = Room()
    assert [tip["tipNumber"] for tip in room.said] == [f"26-{n:06d}" for n in range(1, 6)]
    assert room.said[0]["location"] == {"latitude": 30.2, "longitude": -93.2}
    assert "vehicle" not in room.said[0]
    assert b"337" not in b"".join(room.recorder.data)


def test_a_line_that_is_off_takes_nothing_one_that_repeats_says_the_same_and_one_that_leaks_says_who() -> None:
    room = Room(
        Silent(on="tips/*", from_s=0, for_s=30),
        Retransmit(on="tips/*", times=2, from_s=100, for_s=60),
        SaysWho(on="tips/*", from_s=170, for_s=60),
    )
    numbers = [tip["tipNumber"] for tip in room.said]
    assert (room.line.lost, room.line.taken) == (1, 4)
    assert numbers.count("26-000002") == 3
    assert [tip["tipNumber"] for tip in room.said if "tipster" in tip] == ["26-000003"]
    assert [kind for kind, _ in room.diary.entries].count("tip-untaken") == 1
