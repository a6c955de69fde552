"""What a camera that films had before its lens, for scores of what a center made of the film.

Knows: that a center takes pictures of its own from a film, so that no name of a picture leads back to what was shown,
but the camera and the moment do.
Refuses to know: who reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twin.devices.things import SECOND_US
from twin.truth import Fact

WITHIN_US = 10 * SECOND_US
"""From when a camera shows a plate to when the center has seen it, at whatever pace the world runs."""


def shown_before(facts: Iterable[Fact], reader: str, seen_us: int) -> list[dict[str, Any]]:
    """The frames (`frame-sent`) that the reader's camera showed just before the moment since the scenario's start."""
    return [
        fact.facts
        for fact in facts
        if fact.kind == "frame-sent" and fact.facts["reader"] == reader and 0 <= seen_us - fact.at_us <= WITHIN_US
    ]
