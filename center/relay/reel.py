"""A file as a camera: played as fast as it was filmed, over and over, with picture and sound at the same place.

Knows: since when a file has been playing, and where in it that puts whoever opens it now.
Refuses to know: what is in it. Its picture and its sound are read by two processes, the sound's only while somebody is
let hear it; both go by the wall and by when the first of them began.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Turn(NamedTuple):
    """For one process: since when the file plays, by the wall; the first of all begins at its beginning, however long
    that process takes to start."""

    began_s: float
    is_first: bool


class Reel:
    """One for each file, whatever of it is opened."""

    def __init__(self) -> None:
        self._began_s: float | None = None

    def turn(self) -> Turn:
        is_first = self._began_s is None
        if self._began_s is None:
            self._began_s = time.time()
        return Turn(self._began_s, is_first)


class Playing:
    """An open container, wound to its place. A file that does not say how long it is begins at its beginning."""

    def __init__(self, media: Any, turn: Turn, now_s: Callable[[], float] = time.time) -> None:
        import av

        self._now_s = now_s
        self._start_s = (media.start_time or 0) / av.time_base
        length_s = (media.duration or 0) / av.time_base
        self._zero_s = turn.began_s if turn.is_first else now_s()
        if turn.is_first or length_s <= 0:
            return
        into_s = (now_s() - turn.began_s) % length_s
        self._zero_s -= into_s
        with contextlib.suppress(av.FFmpegError):  # one that cannot be wound begins late, and hurries to its place
            media.seek(int((self._start_s + into_s) * av.time_base))

    def wait_s(self, due_s: float) -> float:
        """How long until what stands there in the file is due; nothing for what is due already."""
        return max(0.0, self._zero_s + due_s - self._start_s - self._now_s())
