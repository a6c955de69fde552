"""Whoever is listened to is told, and so is the room.

Knows: what a unit's terminal and the room are shown while somebody hears what is said in the unit.
Refuses to know: who may listen, and for how long (see access, video). Which event it is about is not said: not
everybody who must know that a unit is listened to may know of every alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from center.core import alerting, called, messages
from center.core.effects import Effect, Send
from center.core.events import Event
from center.core.findings import ListeningBegan, ListeningEnded

if TYPE_CHECKING:
    from center.core.picture import Picture


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    for finding in tuple(picture.found):
        if isinstance(finding, ListeningBegan):
            words = f"The center listens to {finding.unit}"
            yield from _indicate(finding.unit, "listening", words, finding.operator, picture)
            detail = f"by {called.person(finding.operator, picture)}: {finding.reason}"
            yield alerting.plainly(picture, "listening", finding.unit, f"{finding.unit} is listened to", detail)
        elif isinstance(finding, ListeningEnded):
            words = f"The center does not listen to {finding.unit} any more"
            yield from _indicate(finding.unit, "listening-ended", words, "", picture)
            yield from alerting.over(f"listening/{finding.unit}", picture, "ended")


def _indicate(unit: str, kind: str, words: str, operator: str, picture: Picture) -> Iterator[Effect]:
    sending = Send(
        id="",
        unit="",
        terminal="",
        level=0,
        sent=picture.now,
        kind=kind,
        headline=words[: messages.MAX_TEXT],
        verified_by=operator or None,
    )
    yield from messages.tell_one(unit, sending, picture)
