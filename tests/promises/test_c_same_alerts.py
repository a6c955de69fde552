"""Promise C: a scenario in lockstep and over real sockets gives the same alerts about the same things.

What is the same and what may differ is written down in docs/determinism.md, section C.

To see this test fail: let the center's clock run before the world's begins, decode a stream otherwise when it comes in
other pieces, drop what comes while a link connects, or let the order of two feeds decide about an alert.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.promises.play import RATE, SCENARIOS, played

pytestmark = pytest.mark.wire

WALL_SLACK_S = 1.0
SECOND_US = 1_000_000


def about(alert: dict[str, Any]) -> dict[str, Any]:
    """What must be the same: the matter, what was read and listed, and what became of it. Ids and times may differ."""
    listing = {key: value for key, value in alert.get("listing", {}).items() if key != "age_s"}
    reads = [{key: value for key, value in read.items() if key != "at"} for read in alert.get("reads", ())]
    same = ("kind", "subject", "headline", "state", "disposition", "differs", "lead", "reads_in_all")
    return {key: alert.get(key) for key in same} | {"listing": listing, "reads": reads}


def matter(alert: dict[str, Any]) -> tuple[str, str]:
    return alert["kind"], alert["subject"]


def test_sockets_make_no_difference_to_what_is_alerted(runs: Path) -> None:
    """Every alert of the one is an alert of the other, raised at most a second of wall time sooner or later."""
    lockstep = played(runs, "random", *SCENARIOS)[SCENARIOS.index("stolen-car")]
    (wire,) = played(runs, "random", "stolen-car", rate=RATE)
    ours, theirs = (sorted(run.alerts.values(), key=matter) for run in (lockstep, wire))
    assert list(map(about, theirs)) == list(map(about, ours))
    assert ours
    for alert, other in zip(ours, theirs, strict=True):
        assert abs(other["at"] - alert["at"]) <= WALL_SLACK_S * wire.rate * SECOND_US, matter(alert)
