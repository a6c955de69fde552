"""A center's journal, as a file that a run leaves behind.

Knows: where the center's own ways of reading it are.
Refuses to know: what the events mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from center.embedded import JournalError, code_fingerprint, journal_digest, journal_events

__all__ = ["JournalError", "Journals", "of_this_center"]


class Journals(NamedTuple):
    """How to read a center's journal, and which center it is: all that a run must be told about the center's files.
    `code` changes with the center's source."""

    digest: Callable[[Path], str]
    events: Callable[[Path], Iterable[tuple[int, int, bytes]]]
    code: str


def of_this_center() -> Journals:
    """Of the center that is installed here."""
    return Journals(journal_digest, journal_events, code_fingerprint())
