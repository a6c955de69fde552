"""Scenarios over real sockets.

Knows: that a machine which does not keep up with the parish shows what slow machines do, not what center and twin do.
Refuses to know: what is asked of a run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from center.embedded import journal_digest
from twin.progress import unwatched
from twin.scenarios.schema import Scenario
from twin.wire import Wire, Wired

TRIES = 3


class _TooSlowError(Exception):
    pass


def over_sockets(
    scenario: Scenario, seed: int, folder: Path, rate: float, prepared: Callable[[Wire], None] = lambda _: None
) -> Wired:
    """Plays at `rate`, and where the machine does not keep up begins again at half of it; the last try is played to its
    end. Each has a folder of its own in `folder`; `prepared` gets each before it begins."""
    for attempt in range(TRIES):
        place = folder / f"wire-{attempt}"
        place.mkdir(parents=True)
        wire = Wire(scenario, seed, place, rate=rate / 2**attempt, digest=journal_digest, told=lambda _: None)
        prepared(wire)
        with suppress(_TooSlowError):
            return wire.run(partial(_while_it_keeps_up, wire) if attempt < TRIES - 1 else unwatched)
    raise AssertionError("the last try has an end")


def _while_it_keeps_up(wire: Wire, _share: float) -> None:
    if not wire.pace.kept_up:
        raise _TooSlowError
