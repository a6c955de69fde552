"""What a scenario may say of patrol cars that crash, and of what the center keeps by rule.

Knows: which car crashes and when, and what is expected of clips that nobody asked for.
Refuses to know: how a car drives, and what its camera has before its lens.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from twin.scenarios.parts import Expects, Happens, Name, Positive, Share


class UnitCrash(Happens, frozen=True, kw_only=True):
    """A patrol car of the sheriff's crashes as soon as it drives: `unit`, or without one whichever drives first. With
    `answering`, an incident that happens above, on its way there with lights and siren. Its terminal's crash sensor
    says so, `callers` who see it call 911, others are sent to help and to what it was going to; `lasts_s` until it is
    on the road again. `name` is the crash that people call about."""

    name: Name
    unit: str | None = None
    answering: Name | None = None
    callers: Annotated[int, Meta(ge=1, le=500)] = 2
    lasts_s: Positive = 2_400.0


class KeptByRule(Expects, frozen=True, kw_only=True):
    """Of the times at which this truly happened to a sheriff's car with a dash camera, the share for which the center
    asked that camera for its memory in the rule's name, at most `within_s` later, or had done so within five minutes
    before. It must have happened."""

    rule: Literal["emergency", "crash", "pursuit", "code-3"]
    at_least: Share = 1.0
    within_s: Positive = 10.0
