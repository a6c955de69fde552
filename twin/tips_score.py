"""Whether the right tip reached the right call.

Knows: what each tip was truly about (truth), and beside which incidents the center showed it (outcome).
Refuses to know: why the center put it there.
"""

from __future__ import annotations

from typing import Any

import msgspec

from twin.devices.things import SECOND_US
from twin.outcome import Outcome
from twin.truth import Fact

UNFINDABLE = ("place", "time")
"""Who got that wrong tells of nothing that a center could find."""


class Tip(msgspec.Struct, frozen=True):
    """`known`: the center has what it is truly about as an incident, and nothing in the tip contradicts that;
    `after_s`: how long after it was told it stood beside it, None when never; `strays`: what else it stands beside."""

    tip: str
    about: str
    wrong: str
    known: bool
    after_s: float | None
    strays: tuple[str, ...]


class TipsScore(msgspec.Struct, frozen=True):
    """`told` in all; `reached` of the `known`; `stray`: how many stand beside something that they are not about."""

    told: int
    known: int
    reached: int
    stray: int
    tips: tuple[Tip, ...]

    def said(self) -> str:
        share = f"{self.reached} of {self.known}" if self.known else "none"
        return f"tips: {self.told} told, {share} that could be found reached their call, {self.stray} stand elsewhere"


def score(outcome: Outcome) -> TipsScore | None:
    """None where nobody told anything."""
    tips = tuple(_tip(fact, outcome) for fact in outcome.facts if fact.kind == "tip-told")
    if not tips:
        return None
    return TipsScore(
        told=len(tips),
        known=sum(tip.known for tip in tips),
        reached=sum(tip.known and tip.after_s is not None for tip in tips),
        stray=sum(bool(tip.strays) for tip in tips),
        tips=tips,
    )


def _tip(told: Fact, outcome: Outcome) -> Tip:
    number, about, wrong = (str(told.facts[name]) for name in ("tip", "about", "wrong"))
    calls = _calls_of(about, outcome)
    right = {name for name, one in outcome.incidents.items() if any(call["call"] in calls for call in one["calls"])}
    beside = {
        name: one
        for name, one in outcome.incidents.items()
        if any(tip["number"] == number for tip in one.get("tips", ()))
    }
    after = [_since(number, one, told, outcome) for name, one in beside.items() if name in right]
    return Tip(
        tip=number,
        about=about,
        wrong=wrong,
        known=bool(right) and wrong not in UNFINDABLE,
        after_s=min(after) if after else None,
        strays=tuple(sorted(beside.keys() - right)),
    )


def _calls_of(about: str, outcome: Outcome) -> set[str]:
    return {
        f"urn:emergency:uid:callid:{fact.facts['call']}:{fact.facts['agency']}"
        for fact in outcome.facts
        if about and fact.kind in ("called", "burglary-reported") and fact.facts["name"] == about
    }


def _since(number: str, incident: dict[str, Any], told: Fact, outcome: Outcome) -> float:
    """From the telling to the moment at which the incident said so; to its opening, where the tip was first."""
    moments = [change["at"] for change in incident.get("changes", ()) if f"tip {number} " in change["what"]]
    at: int = min(moments, default=incident["opened_at"])
    return round((at - outcome.epoch - told.at_us) / SECOND_US, 3)
