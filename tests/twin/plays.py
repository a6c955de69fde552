"""Plays that end in every way a play can end; sweeps are tried on them, in other processes.

Knows: how a process dies.
Refuses to know: sweeps.
"""

from __future__ import annotations

import os
import signal
import threading

from twin.sweep import Row, Task


def row_of(task: Task) -> Row:
    """Well; its digest is the process that played it."""
    return Row(seed=task.seed, command=task.command, held=True, digest=f"{os.getpid()}")


def fails(task: Task) -> Row:
    return Row(seed=task.seed, command=task.command, failed=("nothing: 0",), digest=f"{os.getpid()}")


def raises(task: Task) -> Row:
    raise RuntimeError(task.command)


def dies(task: Task) -> Row:
    """As one that has eaten the memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return row_of(task)


def never_ends(task: Task) -> Row:
    threading.Event().wait()
    return row_of(task)
