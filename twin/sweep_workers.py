"""Plays on this machine, each in a process of its own.

Knows: how many may run at once, how long one may take, and what is left of one that died.
Refuses to know: what is played.

A fresh process for each play, so that a play which crashes, eats the memory or never ends takes nothing else with it.
Nothing of this process is in it: it is forked off one that has loaded the code and done nothing else, which saves each
play the second and a half that loading takes.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import NamedTuple

from twin.sweep import Row, Task, broken, play

GOODBYE_S = 5.0

_fresh = get_context("forkserver")
_fresh.set_forkserver_preload(["twin.sweep"])


class _Playing(NamedTuple):
    task: Task
    process: ForkServerProcess
    answer: Connection
    started: float


def play_here(tasks: Iterable[Task], workers: int, limit_s: float, work: Callable[[Task], Row] = play) -> Iterator[Row]:
    """A row for each task, as they come to an end. Whoever stops listening stops the plays that still run."""
    waiting, playing = deque(tasks), list[_Playing]()
    try:
        while waiting or playing:
            while waiting and len(playing) < workers:
                playing.append(_start(waiting.popleft(), work))
            due = min(one.started for one in playing) + limit_s
            over = wait([one.answer for one in playing], max(0.0, due - time.monotonic()))
            for one in tuple(playing):
                if one.answer in over or time.monotonic() - one.started >= limit_s:
                    playing.remove(one)
                    yield _end(one, limit_s)
    finally:
        for one in playing:
            one.process.kill()
            one.process.join()


def _start(task: Task, work: Callable[[Task], Row]) -> _Playing:
    ours, theirs = _fresh.Pipe(duplex=False)
    process = _fresh.Process(target=_work, args=(task, theirs, work), daemon=True, name=f"seed-{task.seed}")
    process.start()
    theirs.close()  # so that its death is the end of the pipe
    return _Playing(task, process, ours, time.monotonic())


def _work(task: Task, answer: Connection, work: Callable[[Task], Row]) -> None:
    """In the new process. Ctrl-C is the business of whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    row = work(task)
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        answer.send(row)


def _end(one: _Playing, limit_s: float) -> Row:
    seconds = time.monotonic() - one.started
    try:
        row: Row | None = one.answer.recv() if one.answer.poll() else None
    except EOFError:
        row = None
        one.process.join(GOODBYE_S)
    one.process.join(0.0 if row is None else GOODBYE_S)
    if one.process.exitcode is None:
        one.process.kill()
    one.process.join()
    one.answer.close()
    if row is not None:
        return row
    if seconds >= limit_s:
        return broken(one.task, f"it took more than {limit_s:g} s", seconds)
    return broken(one.task, f"its process ended with {one.process.exitcode}", seconds)
