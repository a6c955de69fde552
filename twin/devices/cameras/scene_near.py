"""What cameras near people see: on a deputy's chest, over a back seat, in a park, before a shop.

Knows: a few shapes that stand for people, fronts of houses, trees and parked cars, and how each moves.
Refuses to know: who anybody is. Nobody here is anybody.
"""

from __future__ import annotations

from math import sin
from random import Random

import cv2
import numpy as np

from twin.devices.cameras.scene_road import ASPHALT, GLASS, GRASS, LEAVES, PAINT, PAINTWORK, TRUNK, TYRE, Color
from twin.devices.cameras.things import Image, Moment, Shot

SKIN, WALL, DOOR, SEAT, BARS = (120, 150, 190), (150, 168, 182), (60, 72, 96), (44, 42, 40), (90, 90, 92)
SHIRTS: tuple[Color, ...] = ((130, 60, 50), (60, 60, 140), (70, 110, 70), (150, 150, 150), (40, 40, 44))


def draw_person(canvas: Image, x: int, feet: int, tall: int, shirt: Color, stride: float) -> None:
    """`stride` between -1 and 1: how far the legs are apart."""
    hip, neck, thick = feet - round(tall * 0.48), feet - round(tall * 0.84), max(2, tall // 9)
    spread = round(tall * 0.16 * stride)
    for foot in (x - spread, x + spread):
        cv2.line(canvas, (x, hip), (foot, feet), (52, 44, 40), thick)
    cv2.rectangle(canvas, (x - thick, neck), (x + thick, hip), shirt, -1)
    cv2.circle(canvas, (x, neck - thick), thick, SKIN, -1)


class Body:
    """From a chest: a house front and somebody who talks, swaying with each step."""

    def __init__(self, dice: Random, shot: Shot) -> None:
        wide, high = shot.width, shot.height
        self._shirt = dice.choice(SHIRTS)
        self._door_x = round(wide * dice.uniform(0.55, 0.75))
        self._room = wide // 20
        size = (high + 2 * self._room, wide + 2 * self._room)
        still = np.empty((*size, 3), np.uint8)
        still[:] = WALL
        still[round(size[0] * 0.78) :] = GRASS
        for y in range(0, round(size[0] * 0.78), max(4, high // 24)):
            cv2.line(still, (0, y), (size[1], y), (138, 156, 170), 1)
        cv2.rectangle(
            still, (self._door_x, round(high * 0.3)), (self._door_x + wide // 8, round(size[0] * 0.78)), DOOR, -1
        )
        cv2.rectangle(still, (wide // 8, round(high * 0.35)), (wide // 3, round(high * 0.6)), GLASS, -1)
        cv2.rectangle(
            still, (wide // 8, round(high * 0.35)), (wide // 3, round(high * 0.6)), PAINT, max(1, wide // 200)
        )
        self._still = still

    def draw(self, canvas: Image, moment: Moment) -> None:
        high, wide = canvas.shape[:2]
        t, room = moment.running_s, self._room
        walks = 1.0 if moment.seen.busy or moment.seen.speed_mps else 0.25
        left = round(room * (1 + 0.8 * walks * sin(t * 5.1)))
        down = round(room * (1 + 0.6 * walks * abs(sin(t * 5.1 + 0.7)) - 0.3))
        np.copyto(canvas, self._still[down : down + high, left : left + wide])
        x = round(wide * (0.45 + 0.02 * sin(t * 1.3))) - left + room
        draw_person(canvas, x, round(high * 0.95), round(high * 0.7), self._shirt, 0.3 * sin(t * 2.0))
        hand = (x + round(wide * 0.09 * (1 + sin(t * 3.0)) / 2), round(high * 0.55))
        cv2.line(canvas, (x, round(high * 0.42)), hand, self._shirt, max(2, high // 30))
        cv2.circle(canvas, hand, max(2, high // 50), SKIN, -1)


class BackSeat:
    """A bench behind bars; on most rides nobody sits there."""

    def __init__(self, dice: Random, shot: Shot) -> None:
        wide, high = shot.width, shot.height
        self._shirt = dice.choice(SHIRTS)
        self._is_taken = dice.random() < 0.3
        still = np.full((high, wide, 3), (30, 30, 32), np.uint8)
        cv2.rectangle(still, (0, round(high * 0.55)), (wide, high), SEAT, -1)
        cv2.line(still, (wide // 2, round(high * 0.55)), (wide // 2, high), (34, 32, 30), max(1, wide // 160))
        self._still = still

    def draw(self, canvas: Image, moment: Moment) -> None:
        np.copyto(canvas, self._still)
        high, wide = canvas.shape[:2]
        t = moment.running_s
        passing = round(wide * 0.12 * (t * (1 + moment.seen.speed_mps) % 8))
        for left in (round(wide * 0.05), round(wide * 0.72)):
            right = left + round(wide * 0.23)
            cv2.rectangle(canvas, (left, round(high * 0.15)), (right, round(high * 0.45)), (190, 176, 160), -1)
            bar = left + passing % (right - left)
            cv2.line(canvas, (bar, round(high * 0.15)), (bar, round(high * 0.45)), TRUNK, max(1, wide // 80))
        if self._is_taken or moment.seen.lights:
            sway = round(wide * 0.01 * sin(t * 1.7))
            draw_person(canvas, round(wide * 0.36) + sway, round(high * 1.3), round(high * 0.95), self._shirt, 0.5)
        for x in range(0, wide, max(8, wide // 16)):
            cv2.line(canvas, (x, 0), (x, high), BARS, max(1, wide // 320))


class Grounds:
    """A place from under its eaves: cars on a lot, trees, people who cross it."""

    def __init__(self, dice: Random, shot: Shot) -> None:
        wide, high = shot.width, shot.height
        still = np.empty((high, wide, 3), np.uint8)
        still[:] = GRASS
        cv2.fillPoly(
            still, [np.array([(0, high), (wide, high), (wide * 4 // 5, high // 3), (wide // 5, high // 3)])], ASPHALT
        )
        for number in range(8):
            x = wide // 5 + number * wide * 3 // 40
            cv2.line(still, (x, high // 3), (x - wide // 40, high // 2), PAINT, max(1, wide // 320))
            if dice.random() < 0.6:
                color = dice.choice(PAINTWORK)
                cv2.rectangle(
                    still, (x + wide // 120, round(high * 0.36)), (x + wide // 16, round(high * 0.46)), color, -1
                )
                cv2.rectangle(
                    still, (x + wide // 80, round(high * 0.34)), (x + wide // 20, round(high * 0.4)), GLASS, -1
                )
                cv2.circle(still, (x + wide // 60, round(high * 0.46)), max(2, wide // 120), TYRE, -1)
        for side in (0.08, 0.93):
            cv2.line(still, (round(wide * side), round(high * 0.7)), (round(wide * side), high // 3), TRUNK, wide // 60)
            cv2.circle(still, (round(wide * side), high // 3), wide // 11, LEAVES, -1)
        self._still = still
        self._people = [
            (dice.random(), dice.uniform(0.03, 0.07), dice.uniform(0.55, 0.95), dice.choice(SHIRTS)) for _ in range(4)
        ]

    def draw(self, canvas: Image, moment: Moment) -> None:
        np.copyto(canvas, self._still)
        high, wide = canvas.shape[:2]
        for begins, pace, depth, shirt in sorted(self._people, key=lambda one: one[2]):
            x = round(((begins + pace * moment.running_s) % 1.2 - 0.1) * wide)
            draw_person(canvas, x, round(high * depth), round(high * 0.34 * depth), shirt, sin(moment.running_s * 6.0))
