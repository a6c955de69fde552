"""What a trainer has happen while the world plays."""

from __future__ import annotations

import asyncio

import pytest

from twin.devices.clock import now_us
from twin.devices.things import SECOND_US
from twin.happening_now import HOST, HappeningNow
from twin.scenarios.loader import parse
from twin.world import World

QUIET = b"""
{name: t, about: t, start: 2026-03-13T19:30, lasts_s: 3600, world: {units: {CPSO: 2}, readers: 40, reads_a_day: 0,
calls_a_day: 0, hotlist: 0, reader_cars: 0, aircraft: false, receivers: {}, operators: 0, tips: 0}}
"""
T_US = 600 * SECOND_US


class Nobody:
    def send(self, link: str, peer: str, data: bytes) -> None: ...

    def post(self, link: str, peer: str, data: bytes, answered: object) -> None: ...

    def cut(self, link: str, peer: str) -> None: ...


@pytest.fixture
def world() -> World:
    """Ten minutes old."""
    made = World(parse(QUIET, "t"), 7, Nobody())
    made.setting.env.run(T_US)
    return made


def test_what_is_said_happens_from_now_on(world: World) -> None:
    """A call, a stolen car that a reader sees, a panic key and somebody who tells the tip line of the call: in the
    truth log at their moments, none before now."""
    now = HappeningNow(world, lambda: now_us(world.setting.env))
    said = [
        b"{do: incident, name: crash, place: Vinton, callers: 2, over_s: 5}",
        b"{do: stolen-car, name: sedan, from: i10-exit-26, to: Iowa}",
        b"{do: panic, unit: CPSO-01}",
        b"{do: tell, name: saw-it, about: crash, car: sedan}",
    ]
    assert [now.happen(line) for line in said] == [
        f"{do} happens now" for do in ("incident", "stolen-car", "panic", "tell")
    ]
    world.setting.env.run(T_US + 300 * SECOND_US)
    facts = {fact.kind: fact.at_us for fact in world.setting.truth.facts}
    assert facts["stolen"] == facts["reported"] == T_US
    assert facts["incident"] == facts["panic"] == facts["tip-told"] == T_US
    assert facts["passed"] > T_US


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "found nothing"),
        (b"panic", "expected a happening, such as"),
        (b"{do: panic, unit: NOBODY-1}", "NOBODY-1 has no terminal here"),
        (b"{do: incident, name: x, place: Atlantis}", "Atlantis"),
        (b"{do: doorbells, name: x, sees: y, near: Sulphur}", "Invalid value 'doorbells'"),
        (b"{do: [", "not YAML"),
    ],
)
def test_what_cannot_happen_is_told_and_the_world_goes_on(world: World, line: bytes, why: str) -> None:
    answer = HappeningNow(world, lambda: now_us(world.setting.env)).happen(line)
    assert answer.startswith("error: ")
    assert why in answer
    world.setting.env.run(T_US + SECOND_US)


def test_it_is_asked_for_at_a_socket(world: World) -> None:
    async def story() -> list[bytes]:
        now = HappeningNow(world, lambda: now_us(world.setting.env))
        port = await now.open()
        heard = []
        for line in (b"{do: panic, unit: CPSO-02}\n", b"x" * 30_000 + b"\n"):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(line)
            heard.append(await reader.read())
            writer.close()
        await now.close()
        return heard

    done, too_long = asyncio.run(story())
    assert done == b"panic happens now\n"
    assert too_long.startswith(b"error: ")
