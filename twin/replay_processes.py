"""A replay from several processes, each with a share of the messages and all with one start.

Knows: how processes are started before they are needed, told when to begin, and heard until they are done.
Refuses to know: what is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from twin.recording import Recording
from twin.replay import Sent, Share, Start, send

_spawn = get_context("spawn")
READY = "ready"
PATIENCE_S = 60.0

_Said: TypeAlias = "str | int | Sent | Exception"


class SendingError(RuntimeError):
    """A process did not start or did not end well; the message says which and why."""


class Processes:
    """`count` processes that send one recording; they end with this object's `with`."""

    def __init__(self, file: Path, count: int) -> None:
        """Returns when they run and have loaded what they need. Raises SendingError."""
        self._ends: list[Connection] = []
        self._processes = []
        try:
            for number in range(count):
                ours, theirs = _spawn.Pipe()
                process = _spawn.Process(target=_work, args=(file, Share(number, count), theirs), daemon=True)
                process.start()
                theirs.close()
                self._ends.append(ours)
                self._processes.append(process)
            for number, end in enumerate(self._ends):
                if not end.poll(PATIENCE_S) or self._said(end, number) != READY:
                    raise SendingError(f"process {number + 1} did not start")
        except BaseException:
            self._kill()
            raise

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._kill()

    def send(self, start: Start, progress: Callable[[int], None]) -> list[Sent]:
        """All shares, by process. Raises SendingError, and what sending raises."""
        for end in self._ends:
            end.send(start)
        counts = [0] * len(self._ends)
        done: dict[int, Sent] = {}
        while len(done) < len(self._ends):
            heard = wait([end for number, end in enumerate(self._ends) if number not in done])
            for number, end in enumerate(self._ends):
                if end not in heard:
                    continue
                said = self._said(end, number)
                if isinstance(said, Sent):
                    done[number] = said
                elif isinstance(said, int):
                    counts[number] = said
                    progress(sum(counts))
        return [done[number] for number in range(len(self._ends))]

    def _said(self, end: Connection, number: int) -> _Said:
        try:
            said: _Said = end.recv()
        except EOFError:
            self._processes[number].join(PATIENCE_S)
            code = self._processes[number].exitcode
            raise SendingError(f"process {number + 1} ended with {code} before it was done") from None
        if isinstance(said, Exception):
            raise said
        return said

    def _kill(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()
        for end in self._ends:
            end.close()


async def _sent(recording: Recording, start: Start, share: Share, end: Connection) -> Sent:
    """Whoever asked says nothing more; what can be read of them now is that they are gone, killed perhaps, and nobody
    wants to have anything sent any longer."""
    loop = asyncio.get_running_loop()
    sending = asyncio.ensure_future(send(recording, start, share, end.send))
    loop.add_reader(end.fileno(), sending.cancel)
    try:
        return await sending
    finally:
        loop.remove_reader(end.fileno())


def _work(file: Path, share: Share, end: Connection) -> None:
    """In the new process. Ctrl-C is the business of whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError, EOFError):  # whoever asked has gone
        end.send(READY)
        start: Start = end.recv()
        try:
            said: Sent | Exception = asyncio.run(_sent(Recording(file), start, share, end))
        except asyncio.CancelledError:
            return
        except Exception as error:
            said = SendingError(f"process {share.number + 1}: {type(error).__name__}: {error}")
        end.send(said)
