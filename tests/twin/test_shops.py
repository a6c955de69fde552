"""Shops whose owners are asked each time: they answer of their own accord, and a camera is open if they said so."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.twin.test_doorbells import QUIET, of
from twin.lockstep import Lockstep
from twin.scenarios.loader import parse
from twin.sim import overlooks

STORY = """
name: shops
about: A robbery beside a school that is asked for its camera.
start: 2026-03-14T21:00
lasts_s: 1200
happens:
  - {do: incident, at_s: 60, name: robbery, kind: robbery, place: Downtown Westlake, callers: 1}
  - {do: ask, at_s: 300, operator: ada, what: owner, about: community-westlake-school, reason: robbery}
"""
OF_TABLE = tuple(one for one in overlooks.load() if one.consent == "on-request")


def test_the_parishs_table_says_how_likely_its_owners_answer_and_agree() -> None:
    assert len(OF_TABLE) == 2
    assert all(0 < one.agrees < 1 and 0 < one.soon + one.late < 1 for one in OF_TABLE)


@pytest.mark.parametrize(("soon", "agrees", "answers"), [(1.0, 1.0, [True]), (1.0, 0.0, [False]), (0.0, 1.0, [])])
def test_a_camera_is_open_if_and_only_if_its_owner_has_said_yes(
    soon: float, agrees: float, answers: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The truth has what the owner answered; the center's trail has a yes, and nothing of a no or of silence."""
    minded = {"soon": soon, "late": 0.0, "agrees": agrees}
    rows = tuple(msgspec.structs.replace(one, **minded) if one in OF_TABLE else one for one in overlooks.load())
    monkeypatch.setattr(overlooks, "load", lambda: rows)
    scenario = msgspec.structs.replace(parse(STORY.encode(), "shops.yaml"), world=QUIET)
    outcome = Lockstep(scenario, 3, tmp_path / "journal.db").run()
    assert [one["shares"] for one in of(outcome.facts, "camera-answered")] == answers
    lines = [(line["operator"], line["act"], line["subject"]) for line in outcome.audit if "owner." in line["act"]]
    shared = ("shop/westlake-school", "owner.shared", "community-westlake-school")
    assert lines == [("ada", "owner.ask", "community-westlake-school"), *([shared] if True in answers else [])]
