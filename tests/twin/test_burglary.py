"""Burglaries happen on the world's clock; what is told of them reaches the right CAD and holds nothing of the truth."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from simpy import Environment

from twin.devices.carrier import Answered
from twin.scenarios.loader import parse
from twin.setting import WorldError
from twin.sim.profiles import DAY_US, HOUR_US
from twin.truth import Fact
from twin.world import World

EMPTY = "reads_a_day: 0, calls_a_day: 0, hotlist: 10, aircraft: false, operators: 0, hotlist_slips: 0"
CREW = "{do: spree, at_s: 0, name: crew, base: Sulphur, nights: 3, car: stolen, caught_after: 3}"
OTHER = "{do: spree, at_s: 0, name: other, burgles: residential, nights: 2}"
MODEMS_OFF = "{fault: reboot, on: avl/*, for_s: 999999}"
"""Cars that go where they are sent, and do not say where they are: nobody listens."""
WINDOW = re.compile(r"^burglary, (\w+); entry (\w+); taken (\w+); from (\S+) to (\S+)$")


class Post:
    """A carrier that keeps what comes, with its link, but for heartbeats."""

    def __init__(self) -> None:
        self.came: list[tuple[str, bytes]] = []

    def send(self, link: str, peer: str, data: bytes) -> None:  # noqa: ARG002
        self.came.append((link, data))

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:  # noqa: ARG002
        if b'"heartbeat"' not in data[:100]:
            self.came.append((link, data))
        answered(True)

    def cut(self, link: str, peer: str) -> None:
        """Nothing to cut."""


class Run:
    """Some days of a parish in which nobody is awake but burglars, the people they visit, and the readers."""

    def __init__(
        self, *happens: str, days: float = 3.5, world: str = "", readers: int = 8, units: str = "{}", faults: str = ""
    ) -> None:
        text = f"name: crews\nabout: crews\nstart: 2026-03-12T22:00\nlasts_s: {days * 86_400}\n"
        text += f"world: {{{EMPTY}, units: {units}, readers: {readers}{world}}}\nhappens: [{', '.join(happens)}]\n"
        text += f"faults: [{faults}]\n"
        self.post = Post()
        self.world = World(parse(text.encode(), "test"), 3, self.post)
        self.env: Environment = self.world.setting.env

    def until(self, us: int | None = None) -> Run:
        self.env.run(until=self.world.setting.ends_us if us is None else us)
        return self

    def facts(self, *kinds: str, **like: Any) -> list[Fact]:
        found = self.world.setting.truth.of(*kinds)
        return [fact for fact in found if all(fact.facts.get(key) == value for key, value in like.items())]

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """EIDOs by link."""
        return [(link, json.loads(data)) for link, data in self.post.came if link in ("911-county", "911-cities")]

    def digest(self) -> str:
        said = [(fact.at_us, fact.kind, fact.facts) for fact in self.world.setting.truth.facts]
        return hashlib.sha256(repr(said).encode() + b"".join(data for _, data in self.post.came)).hexdigest()


def digest() -> str:
    """Of two days, asked for by a process of its own."""
    return Run(CREW, days=2, world=", crime: usual").until().digest()


@pytest.fixture(scope="module")
def spree() -> Run:
    return Run(CREW, readers=40).until()


# --- a crew -----------------------------------------------------------------------------------------------------------


def test_a_crew_goes_out_night_after_night_until_it_is_caught(spree: Run) -> None:
    """Three nights in a row, each with a handful of cars or more, and nothing after the arrest."""
    deeds, outings = spree.facts("burglary", crew="crew"), spree.facts("outing")
    (arrest,) = spree.facts("arrested")
    nights = sorted({(fact.at_us + 22 * HOUR_US) // DAY_US for fact in deeds})
    assert nights == [1, 2, 3]
    assert [fact.facts["number"] for fact in outings] == [1, 2, 3]
    assert all(4 <= fact.facts["hits"] <= 22 for fact in outings)
    assert sum(fact.facts["hits"] for fact in outings) == len(deeds)
    assert max(fact.at_us for fact in deeds) < arrest.at_us
    assert not spree.world.burglary.sprees.sprees["crew"].free


def test_it_works_around_the_place_that_the_scenario_names(spree: Run) -> None:
    plane, (x, y) = spree.world.setting.parish.plane, spree.world.setting.gazetteer.xy("Sulphur")
    for fact in spree.facts("burglary"):
        east, north = plane.xy(fact.facts["lat"], fact.facts["lon"])
        assert abs(complex(east - x, north - y)) < 20_000


def test_an_arrest_in_the_middle_of_a_night_ends_it_there() -> None:
    """What they would have done after that does not happen, and nobody sees their car any more."""
    first = Run(CREW).until().facts("burglary")
    run = Run(CREW).until(first[3].at_us + 1)
    assert run.world.burglary.sprees.arrest("crew")
    assert not run.world.burglary.sprees.arrest("crew")
    run.until()
    assert [fact.facts["name"] for fact in run.facts("burglary")] == [fact.facts["name"] for fact in first[:4]]
    assert not [fact for fact in run.facts("passed") if fact.at_us > first[3].at_us + 1]


def test_a_second_crew_changes_nothing_about_the_first(spree: Run) -> None:
    both = Run(CREW, OTHER).until()
    assert [f.facts for f in both.facts("burglary", crew="crew")] == [f.facts for f in spree.facts("burglary")]
    assert both.facts("burglary", crew="other")


def test_a_stolen_car_passes_readers_before_anybody_has_missed_it(spree: Run) -> None:
    """It is reported after the night, and on the list with the next delivery."""
    for number in (1, 2, 3):
        name = f"crew-car-{number}"
        (report,) = spree.facts("reported", name=name)
        deeds = [fact for fact in spree.facts("burglary") if fact.facts["name"].startswith(f"crew-{number}-")]
        assert report.at_us > max(fact.at_us for fact in deeds)
        assert all(fact.at_us < report.at_us for fact in spree.facts("passed", vehicle=name))
    assert spree.facts("passed")
    first = spree.facts("reported")[0]
    plate = first.facts["plate"].replace("O", "0").encode()
    lists = [data for link, data in spree.post.came if link == "hotlist-state"]
    assert [plate in data for data in lists[:3]] == [False, True, True]


def test_a_big_night_is_more_than_a_hundred_cars() -> None:
    """In one night, around one town."""
    run = Run("{do: spree, at_s: 0, name: many, base: Sulphur, nights: 1, big_night: true}", days=1.5).until()
    deeds = run.facts("burglary")
    assert 100 < len(deeds) < 170
    assert max(fact.at_us for fact in deeds) - min(fact.at_us for fact in deeds) < 5 * HOUR_US
    assert run.facts("outing")[0].facts["tries"] >= 480


def test_a_spree_at_no_place_is_a_mistake() -> None:
    with pytest.raises(WorldError, match="no place called 'Nowhere'"):
        Run(CREW.replace("Sulphur", "Nowhere"))


# --- what is told -----------------------------------------------------------------------------------------------------


def test_a_report_reaches_its_cad_with_a_window_that_holds_the_deed(spree: Run) -> None:
    """Each as a call with a number of its own, at an address, between two moments."""
    reports = spree.facts("burglary-reported", status="open")
    deeds = {fact.facts["name"]: fact for fact in spree.facts("burglary")}
    assert 0.4 < len({fact.facts["name"] for fact in reports}) / len(deeds) < 0.8
    opened = {
        (link, eido["callComponent"][0]["$id"]): eido
        for link, eido in reversed(spree.told())
        if eido["callComponent"][0]["callStateRegistryText"] == "callAnswered"
    }
    epoch = spree.world.setting.epoch
    for fact in reports:
        link = "911-county" if fact.facts["agency"] == "cpso.example" else "911-cities"
        eido = opened[link, f"urn:emergency:uid:callid:{fact.facts['call']}:{fact.facts['agency']}"]
        assert eido["incidentComponent"]["internalIncidentId"] == fact.facts["incident"]
        assert eido["incidentComponent"]["incidentTypeInternalText"] == "burglary-vehicle"
        assert ", Sulphur" in eido["locationComponent"][0]["locationDescriptionText"] or len(deeds) > 1
        found = WINDOW.match(eido["notesComponent"][0]["notesActionComments"])
        assert found is not None
        begins, ends = (round(datetime.fromisoformat(text).timestamp() * 1e6) - epoch for text in found.group(4, 5))
        at_us = deeds[fact.facts["name"]].at_us
        assert begins - 1000 <= at_us <= ends + 1000
        assert ends < fact.at_us
    numbers = [(fact.facts["agency"], fact.facts["incident"]) for fact in reports]
    assert len(set(numbers)) == len(numbers)


def test_nothing_of_the_truth_is_on_the_wire(spree: Run) -> None:
    """No crew's name, no burglary's, nobody in it."""
    wire = b"".join(data for _, data in spree.post.came)
    for fact in spree.facts("burglary"):
        assert fact.facts["name"].encode() not in wire.replace(b"SYN-crew-car", b"")
    members = spree.facts("crew")[0].facts["members"]
    people = spree.world.setting.people
    assert not any(people.person(member).last.encode() in wire for member in members)


def test_reports_are_closed_corrected_and_taken_back() -> None:
    """In two weeks of the parish's usual burglaries there are all of these, and some in both systems."""
    run = Run(days=14, world=", crime: usual").until()
    by_status = {status: run.facts("burglary-reported", status=status) for status in ("open", "corrected", "unfounded")}
    assert len(by_status["open"]) > 50
    assert by_status["corrected"]
    assert by_status["unfounded"]
    said = [eido["incidentComponent"].get("dispositionComponent") for _, eido in run.told()]
    dispositions = {one[0]["dispositionDescriptionText"] for one in said if one}
    assert dispositions == {"report taken", "report corrected", "unfounded"}
    agencies: dict[str | None, set[str]] = {}
    for fact in by_status["open"]:
        agencies.setdefault(fact.facts["name"], set()).add(fact.facts["agency"])
    assert any(len(both) == 2 for both in agencies.values())
    assert {fact.facts["agency"] for fact in by_status["open"]} == {"cpso.example", "lakecharles911.example"}
    crews = {fact.facts["name"] for fact in run.facts("crew")}
    by_crews = {fact.facts["crew"] for fact in run.facts("burglary")} - {None}
    assert by_crews
    assert by_crews <= crews


def test_a_deputy_takes_the_report_of_a_house_and_the_telephone_that_of_some_cars() -> None:
    """A car goes to the address when one may, and the record is closed when it leaves; the CAD shows it until then."""
    units = "{CPSO: 2, LCPD: 1, SPD: 1}"
    run = Run(CREW, OTHER, days=2.5, units=units, world=", reader_cars: 0", faults=MODEMS_OFF).until()
    cases = {fact.facts["case"]: fact for fact in run.facts("burglary-reported", status="open")}
    kinds = {
        eido["incidentComponent"]["internalIncidentId"]: eido["incidentComponent"]["incidentTypeInternalText"]
        for _, eido in run.told()
    }
    went = {fact.facts["name"] for fact in run.facts("on-scene")} & cases.keys()
    of_houses = {case for case, fact in cases.items() if kinds[fact.facts["incident"]] == "burglary-residential"}
    old = {case for case, fact in cases.items() if fact.at_us < run.world.setting.ends_us - 6 * HOUR_US}
    assert of_houses & old
    assert of_houses & old <= went
    assert 0.2 < len((went - of_houses) & old) / len(old - of_houses) < 0.8
    cleared = {fact.facts["name"]: fact.at_us for fact in run.facts("cleared")}
    closed = {fact.facts["name"]: fact for fact in run.facts("closed")}
    for case in went & closed.keys():
        assert closed[case].facts["disposition"] == "report taken"
        assert closed[case].at_us == cleared[case]
    assert went & closed.keys()


def test_some_are_never_told(spree: Run) -> None:
    told = {fact.facts["name"] for fact in spree.facts("burglary-reported")}
    assert [fact for fact in spree.facts("burglary") if fact.facts["name"] not in told]


def test_a_doorbell_keeps_what_it_saw(spree: Run) -> None:
    """The owner has a clip with a claimed time near the deed and the place of their own door."""
    kept, deeds = spree.facts("clip-kept"), {fact.facts["name"]: fact for fact in spree.facts("burglary")}
    assert kept
    clips = {
        (clip.owner, clip.clip): clip
        for owner in spree.world.burglary.community.owners.values()
        for clip in owner.clips
    }
    for fact in kept:
        clip, deed = clips[fact.facts["owner"], fact.facts["clip"]], deeds[fact.facts["about"]]
        assert abs(clip.claimed_us - deed.at_us) < 1.2 * HOUR_US
        assert abs(clip.lat - deed.facts["lat"]) + abs(clip.lon - deed.facts["lon"]) < 0.001
        assert deed.facts["name"] not in clip.shows


# --- the same again ---------------------------------------------------------------------------------------------------


def test_a_run_is_the_same_in_every_process() -> None:
    """Whatever PYTHONHASHSEED is: every fact, and every byte on every line."""
    code = "from tests.twin.test_burglary import digest; print(digest())"
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("0", "random")
    ]
    assert found == [f"{digest()}\n"] * 2


def test_a_world_without_crime_has_none() -> None:
    """And makes no residents for it."""
    run = Run("{do: fly, at_s: 0, over: Sulphur}", days=0.01).until()
    assert run.facts("burglary", "crew", "stolen") == []
    assert "people" not in vars(run.world.setting)
