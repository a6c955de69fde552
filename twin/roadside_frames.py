"""A folder of frames as the parish's plate-reader cameras would take them, with the truth in a table beside them.

Knows: which vehicles pass (Louisianan, Texan, from elsewhere, without a plate), the files' names, the table's columns.
Refuses to know: who reads the frames.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

from twin.devices.lpr import camera
from twin.devices.lpr.faces import FACES
from twin.devices.lpr.optics import Conditions
from twin.devices.things import Passage
from twin.sim import plates
from twin.streams import Streams

STATES = (("LA", 0.74), ("TX", 0.18), ("other", 0.08))
PLATELESS = 0.02
COLUMNS = ("file", "passage", "plate", "state", "plate_px", "corners", "night", "rain", "speed_mps", "angle_deg")


def vehicles(streams: Streams, count: int) -> Iterator[tuple[Passage, Random]]:
    """`count` passages, each with a stream of its own."""
    for number in range(count):
        dice = streams.of("frames", f"passage-{number}")
        state = dice.choices([name for name, _ in STATES], [share for _, share in STATES])[0]
        if state == "other":
            state = dice.choice([name for name in FACES if name not in ("LA", "TX")])
        text = _text(dice, state) if dice.random() >= PLATELESS else None
        car = plates.vehicle(dice, state if state in ("LA", "TX") else "LA", text)
        look = (car.make, car.model, car.color, car.body)
        yield Passage(0, f"v{number}", text, state, *look, 30.2, -93.2, 0.0), dice


def _text(dice: Random, state: str) -> str:
    if state in ("LA", "TX"):
        return plates.text(dice, state)
    pattern = dice.choice([pattern for face in FACES[state] for pattern in face.patterns])
    signs = {"A": plates.LETTERS, "9": "0123456789"}
    return "".join(dice.choice(signs[one]) for one in pattern if one in signs)


def write(folder: Path, count: int, seed: int, conditions: Conditions) -> int:
    """The frames of `count` passages and `truth.csv`; how many frames were written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with (folder / "truth.csv").open("w", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(COLUMNS)
        for passage, dice in vehicles(Streams(seed), count):
            for number, frame in enumerate(camera.frames(passage, conditions, dice)):
                name = f"{passage.vehicle}-{number:02d}.jpg"
                (folder / name).write_bytes(frame.jpeg)
                truth = frame.truth
                corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in truth.corners or ())
                rows.writerow([
                    name, passage.vehicle, truth.plate or "", truth.state or "", round(truth.plate_px), corners,
                    int(conditions.night), conditions.rain, conditions.speed_mps, conditions.angle_deg,
                ])  # fmt: skip
                written += 1
    return written
