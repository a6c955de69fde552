"""What the state has on file: plates, names and licences of residents lead to each other, in a world and by HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
from typing import Any

import pytest

from tests.patience import PATIENCE_S
from twin.center_process import LOOPBACK, free_port
from twin.day import Nowhere
from twin.devices.records import MOST_FOUND, Name, Plate
from twin.records_http import RecordsHttp
from twin.scenarios.schema import Scenario, TrafficStop
from twin.scenarios.schema import World as Awake
from twin.sim.people_search import soundex
from twin.world import World

STOP = TrafficStop(at_s=60, name="stop", unit="CPSO-01", listed=True, alias=True)
QUIET = Awake(units={"CPSO": 1}, readers=0, reads_a_day=0, calls_a_day=0, hotlist=0, aircraft=False, operators=0)


@pytest.fixture(scope="module")
def world() -> World:
    scenario = Scenario(name="t", about="", start="2026-03-10T13:00", lasts_s=900, world=QUIET, happens=(STOP,))
    made = World(scenario, 1, Nowhere())
    made.setting.env.run(until=400_000_000)
    return made


def fact(world: World, kind: str) -> dict[str, Any]:
    return next(one.facts for one in world.setting.truth.facts if one.kind == kind)


def test_a_stopped_plate_leads_to_its_owner_who_is_wanted(world: World) -> None:
    stopped = fact(world, "stop-opened")
    (car,) = world.records._files.vehicles(Plate(stopped["plate"], stopped["state"]))
    assert car["listed"] == ["wanted"]
    (owner,) = world.records._files.owners(Plate(stopped["plate"], stopped["state"]))
    assert owner["person"] == car["owner"]
    assert owner["warrants"]
    truly = fact(world, "driver-named")["truly"]
    assert (owner["last"], owner["first"], owner["born"]) == tuple(truly.values())
    assert stopped["plate"] in [one["plate"] for one in owner["vehicles"]]


def test_a_name_that_was_misheard_still_finds_them_among_others(world: World) -> None:
    """The switch finds too much; it does not say who is meant."""
    truly = fact(world, "driver-named")["truly"]
    last, first, born = truly.values()
    swapped = f"{born[:4]}-{born[8:]}-{born[5:7]}" if born[8:] <= "12" else born
    for said in (
        Name(last, first, born),
        Name(last + last[-1], "Someone", born),
        Name(last, first, swapped),
        Name(last, first, f"{int(born[:4]) - 3}{born[4:]}"),
        Name("Unheard", first, born),
        Name(f"Smith-{last}", first, born),
    ):
        found = world.records._files.persons(said)
        assert truly in [{key: person[key] for key in truly} for person in found], said
        assert len(found) <= MOST_FOUND + 1


@pytest.mark.parametrize(
    ("name", "code"),
    [("Robert", "R163"), ("Rupert", "R163"), ("Ashcraft", "A261"), ("Tymczak", "T522"), ("Pfister", "P236"), ("", "")],
)
def test_soundex_is_the_census_offices(name: str, code: str) -> None:
    assert soundex(name) == code


def test_a_licence_leads_back_and_a_strange_plate_nowhere(world: World) -> None:
    people = world.setting.people
    holder = next(number for number in range(len(people)) if people.licence(number))
    licence = people.licence(holder)
    assert licence is not None
    (person,) = world.records._files.licensed(licence.number)
    assert person["last"] == people.person(holder).last
    assert person["licence"]["number"] == licence.number
    assert world.records._files.vehicles(Plate("ZZZ9999", "LA")) == []
    assert world.records._files.persons(Name("Landry", "James", "no date")) == []


def test_it_is_asked_by_http(world: World) -> None:
    """The world goes on in the same thread; what it is asked comes in between."""
    plate = fact(world, "stop-opened")

    def ask(port: int, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE_S)
        try:
            connection.request("POST", path, json.dumps(body))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def inject(then: Any, *args: Any) -> None:
        then(*args)
        world.setting.env.run(until=int(world.setting.env.now) + 20_000_000)

    async def story() -> list[tuple[int, bytes]]:
        port = free_port(set())
        served = RecordsHttp(world.records, inject, LOOPBACK, port)
        await served.open()
        try:
            query = {"v": 2, "request": "q", "plate": {"plate": plate["plate"], "state": plate["state"]}}
            proper = query | {"purpose": "C", "case": "26-1"}
            return [
                await asyncio.to_thread(ask, port, path, body)
                for path, body in (("/query", proper), ("/query", query), ("/else", proper))
            ]
        finally:
            await served.close()

    (status, answer), (refused, _), (nowhere, _) = asyncio.run(story())
    assert (status, refused, nowhere) == (200, 403, 404)
    assert json.loads(answer)["vehicles"][0]["plate"] == plate["plate"]
