"""The witness of a run: each rule of docs/sweeps.md, kept and broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.twin import small
from tests.twin.test_doorbells import drill
from twin.devices.outbox import LIMIT
from twin.lockstep import FunctionCarrier
from twin.safety import MOST_OWED, Witness
from twin.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(small.scenario(), 1, FunctionCarrier(None))


class Scene:
    """A witness of a world that stands still, and what it is given."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owed: list[str] = []
        self.witness = Witness(world, lambda: self.owed)
        world.setting.truth.facts.clear()
        self.listed = world.roadside.wanted()[0].plate.replace("O", "0")

    def alert(self, alert: str = "a1.1", plate: str = "", kind: str = "hotlist-hit", **fields: Any) -> None:
        plate = plate or self.listed
        listing = {"plate": plate, "reason": "stolen"} if kind == "hotlist-hit" else None
        view = {"alert": alert, "kind": kind, "subject": plate, "at": 5, "listing": listing, "headline": "", **fields}
        self.witness.saw(json.dumps({"type": "delta", "units": [{"unit": "x"}], "alerts": [view]}).encode())

    def confirm(self, alert: str = "a1.1", operator: str = "ada", act: str = "confirm") -> None:
        self.world.setting.truth.log("acted", operator=operator, alert=alert, act=act)

    def message(self, name: str = "m1.1", topic: str = "terminals/CPSO-01/in", **fields: Any) -> None:
        body = {"v": 1, "id": name, "kind": "hotlist-hit", "plate": f"{self.listed} LA", "verified_by": "ada"}
        self.witness.heard(topic, json.dumps(body | fields).encode())

    @property
    def broken(self) -> str:
        return "; ".join(self.witness.broken)


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_a_good_run_is_left_in_peace(scene: Scene) -> None:
    """Shown, confirmed, told, repeated; and it says how much was seen."""
    scene.alert()
    scene.alert(state="acknowledged")
    scene.confirm()
    scene.message()
    scene.message()
    scene.witness.look()
    verdict = scene.witness.verdict([1, 2, 3])
    assert verdict.held
    assert verdict.seen == "in 2 frames, 2 messages, 3 events and 1 looks"


@pytest.mark.parametrize("answered", [True, False])
def test_who_kept_silent_is_shown_nowhere(answered: bool) -> None:
    """An owner of a camera who has sent something may be named; any other may not."""
    scenario = drill(100, soon=1, wrong_hour=0, late=0, never=0)
    world = World(scenario, 1, FunctionCarrier(None))
    (app,) = world.neighbours.apps
    app.has_answered = answered
    witness = Witness(world, list)
    witness.saw(json.dumps({"type": "delta", "incidents": [{"clips": [{"camera": app.owner.name}]}]}).encode())
    assert bool(witness.broken) == (not answered)


def test_an_alert_about_a_car_that_nobody_listed(scene: Scene) -> None:
    scene.alert(plate="N0B0DY")
    assert "a1.1 is about N0B0DY, which nobody has listed" in scene.broken


def test_a_call_for_help_that_nobody_made(scene: Scene) -> None:
    scene.alert(kind="unit-emergency", subject="CPSO-01")
    assert "CPSO-01 called for help, and nobody did" in scene.broken
    pressed = Scene(scene.world)
    scene.world.setting.truth.log("panic", unit="CPSO-01")
    pressed.alert(kind="unit-emergency", subject="CPSO-01")
    assert pressed.broken == ""


@pytest.mark.parametrize(
    ("act", "operator", "plate", "breaks"),
    [
        ("confirm", "ada", None, False),
        ("acknowledge", "ada", None, True),
        ("confirm", "ben", None, True),
        ("confirm", "ada", "0THER1 LA", True),
    ],
)
def test_a_deputy_is_told_only_what_that_person_confirmed(
    act: str, operator: str, plate: str | None, breaks: bool, scene: Scene
) -> None:
    """Somebody else's word, another act, or another car will not do."""
    scene.alert()
    scene.confirm(act=act, operator=operator)
    scene.message(**({} if plate is None else {"plate": plate}))
    assert ("which nobody has confirmed" in scene.broken) == breaks


def test_a_confirmation_that_comes_afterwards_is_too_late(scene: Scene) -> None:
    scene.alert()
    scene.message()
    scene.confirm()
    assert "which nobody has confirmed" in scene.broken


def test_an_id_that_stands_for_two_things(scene: Scene) -> None:
    """An alert of another moment, a message to another unit, a message with other words."""
    scene.alert()
    scene.alert(at=6)
    assert "a1.1 has stood for" in scene.broken
    scene.confirm()
    scene.message()
    scene.message(topic="terminals/CPSO-02/in")
    scene.message("m1.2")
    scene.message("m1.2", note="another word")
    assert len(scene.witness.broken) == 3


def test_bytes_that_no_terminal_can_read(scene: Scene) -> None:
    scene.witness.heard("terminals/CPSO-01/in", b"\xff")
    assert "what no terminal can read" in scene.broken


def test_what_grows_without_bound(scene: Scene) -> None:
    """Requests, a line's messages, a device's letters."""
    scene.owed = [f"w{number}" for number in range(MOST_OWED + 1)]
    line, box = scene.world.setting.lines[0], scene.world.outboxes[0]
    line._under_way, kept = line.holds + 1, line._under_way
    box._waiting = dict.fromkeys(map(str, range(LIMIT + 1)))  # type: ignore[assignment]
    scene.witness.look()
    line._under_way, box._waiting = kept, {}
    requests, way, letters = scene.witness.broken
    assert f"{MOST_OWED + 1} requests wait" in requests
    assert f"{line.name} carries {line.holds + 1} messages" in way
    assert f"{box.owner} keeps {LIMIT + 1} messages" in letters
    scene.owed = []
    scene.witness.look()
    assert len(scene.witness.broken) == 3


@pytest.mark.parametrize("positions", [[2, 3], [1, 3], [1, 1], [1, 2, 1]])
def test_a_journal_with_a_gap(positions: list[int], scene: Scene) -> None:
    verdict = scene.witness.verdict(positions)
    assert not verdict.held
    assert "the journal goes on at" in verdict.seen
