"""Owners of doorbell cameras describe what they have, and only those who agreed are asked."""

from __future__ import annotations

from random import Random

from simpy import Environment

from twin.devices.community import KEPT_US, Community, Consent, Owner
from twin.devices.things import SECOND_US

HOUR_US = 3600 * SECOND_US
AGREES: tuple[Consent, ...] = ("none", "on-request", "registered")


def community(env: Environment, facts: list[tuple[str, dict[str, object]]]) -> Community:
    def owner(premise: int) -> Owner:
        return Owner(f"community/{premise}", f"{premise} A Street", 30.2, -93.2, AGREES[premise % 3], Random(premise))

    return Community(env, owner, log=lambda kind, /, **what: facts.append((kind, what)))


def filled(env: Environment, facts: list[tuple[str, dict[str, object]]], owners: int = 60) -> Community:
    here = community(env, facts)
    env.run(until=24 * HOUR_US)
    for premise in range(owners):
        here.saw(premise, f"deed-{premise}", "somebody tries car doors")
    return here


def test_only_those_who_agreed_answer() -> None:
    """Who is registered is asked by name; who would answer in public is not."""
    here = filled(Environment(), [])
    asked = {one: {clip.owner for clip in here.answering(0, 48 * HOUR_US, asked=one)} for one in AGREES[1:]}
    assert asked["registered"] == {f"community/{number}" for number in range(2, 60, 3)}
    assert asked["on-request"] == asked["registered"] | {f"community/{number}" for number in range(1, 60, 3)}


def test_a_claimed_time_may_be_off_and_the_log_says_what_it_is_about() -> None:
    """Most clocks are right; a few are minutes off, some of them an hour more. The clip itself names no deed."""
    facts: list[tuple[str, dict[str, object]]] = []
    here = filled(Environment(), facts, 300)
    off_s = [(clip.claimed_us - 24 * HOUR_US) / SECOND_US + 3 for owner in here.owners.values() for clip in owner.clips]
    right = sum(abs(one) < 0.001 for one in off_s)
    assert 0.7 < right / len(off_s) < 0.9
    assert any(30 <= abs(one) <= 240 for one in off_s)
    assert any(one > 3000 for one in off_s)
    assert [what["about"] for _, what in facts] == [f"deed-{number}" for number in range(300)]
    assert not any("deed" in clip.shows for owner in here.owners.values() for clip in owner.clips)


def test_clips_are_asked_for_by_claimed_time_and_are_gone_after_a_month() -> None:
    env = Environment()
    here = filled(env, [])
    assert list(here.answering(0, 20 * HOUR_US, asked="on-request")) == []
    assert list(here.answering(20 * HOUR_US, 28 * HOUR_US, asked="on-request"))
    env.run(until=30 * HOUR_US + KEPT_US)
    assert list(here.answering(0, 28 * HOUR_US, asked="on-request")) == []


def test_an_owner_has_one_camera_with_one_clock() -> None:
    """Two clips of one owner are as far apart as what they show was, and have names of their own."""
    env = Environment()
    here = community(env, [])
    for hour in (1, 5):
        env.run(until=hour * HOUR_US)
        here.saw(7, "deed", "somebody")
    first, second = here.owners[7].clips
    assert second.claimed_us - first.claimed_us == 4 * HOUR_US
    assert (first.clip, second.clip) == ("7-1", "7-2")
