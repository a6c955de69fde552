"""Which scene a camera of each kind has before it.

Knows: kinds and scenes. Refuses to know: cameras.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from twin.devices.cameras.scene_near import BackSeat, Body, Grounds
from twin.devices.cameras.scene_road import Dash, Pole
from twin.devices.cameras.things import Kind, Scene, Shot

SCENES: dict[Kind, Callable[[Random, Shot], Scene]] = {
    "dash": Dash,
    "body": Body,
    "back-seat": BackSeat,
    "fixed": Pole,
    "community": Grounds,
}


def scene(kind: Kind, dice: Random, shot: Shot) -> Scene:
    """What is seen from there; of a kind that has eyes of its own."""
    return SCENES[kind](dice, shot)
