"""What a scenario may say of who films, and of what is made of burglary reports.

Knows: the numbers of either. Refuses to know: the rest of the world (see schema).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from twin.scenarios.parts import Many, Share, Strict


class Cameras(Strict, frozen=True, kw_only=True):
    """Which cameras there are (docs/cameras.md). `dash`, `body`, `back_seat` and `microphone`: how many of the
    sheriff's cars have one. `fixed`: how many plate readers have an overview camera beside them. `others`: of parks,
    shops and the city's police. `aircraft`: whether the sheriff's aeroplane has one."""

    dash: Many = 40
    body: Many = 40
    back_seat: Many = 40
    microphone: Many = 40
    fixed: Many = 40
    others: Many = 12
    aircraft: bool = True


class Shifts(Strict, frozen=True, kw_only=True):
    """That crews sign on and off when their shift begins and ends (docs/world.md), at the hours of their agency, half
    its cars half an hour after the others. `night`: the share of an agency's cars that have a crew in the shift that
    holds two o'clock at night; the others stand at their stations until the morning."""

    night: Share = 0.7


class Patterns(Strict, frozen=True, kw_only=True):
    """That the center makes something of burglary reports (docs/patterns.md). It has the reports of `known_days` before
    the scenario, of the same crews and places; offers at most `boxes`, and may cry a rash for nothing so often a week.
    A supervisor `takes` every box offered for the nearest free unit, which patrols there until its time is over."""

    known_days: Annotated[int, Meta(ge=0, le=1_095)] = 365
    boxes: Annotated[int, Meta(ge=0, le=20)] = 3
    rashes_a_week: Annotated[float, Meta(gt=0, le=7)] = 1.0
    takes: bool = True
