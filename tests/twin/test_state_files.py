"""What the state has on file: plates, names and licences of residents lead to each other, in a world and by HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
from typing import Any

import pytest

from twin.center_process import LOOPBACK, free_port
from twin.day import Nowhere
from twin.devices.records import Name, Plate
from twin.records_http import RecordsHttp
from twin.scenarios.schema import Scenario, TrafficStop
from twin.scenarios.schema import World as Awake
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
    assert car["owner"]["warrants"]
    truly = fact(world, "driver-named")["truly"]
    assert (car["owner"]["last"], car["owner"]["first"], car["owner"]["born"]) == tuple(truly.values())


def test_a_name_finds_who_has_it_and_who_is_known_by_it(world: World) -> None:
    """The true name finds the true person; a false one finds somebody else, nobody, or them by an alias."""
    named = fact(world, "driver-named")
    found = world.records._files.persons(Name(**named["truly"]))
    assert any(person["warrants"] and person["found_as"] is None for person in found)
    for person in world.records._files.persons(Name(**named["said"])):
        is_them = (person["last"], person["born"]) == (named["truly"]["last"], named["truly"]["born"])
        assert not (is_them and person["found_as"] is None)


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
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
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
            query = {"v": 1, "request": "q", "plate": {"plate": plate["plate"], "state": plate["state"]}}
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
