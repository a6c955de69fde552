"""How a device knows the time of the world, and is called at a later moment of it.

Knows: SimPy's queue, in integer microseconds.
Refuses to know: what is to be done then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVarTuple, cast

from simpy import Environment
from simpy.events import Timeout

Args = TypeVarTuple("Args")


def now_us(env: Environment) -> int:
    """Microseconds since the scenario's start; the world's clock only ever holds whole ones."""
    return cast(int, env.now)


def call_later(env: Environment, delay_us: int, then: Callable[[*Args], None], *args: *Args) -> None:
    """Calls `then(*args)` after `delay_us`. A callback costs a third of a SimPy process."""
    callbacks = Timeout(env, delay_us).callbacks
    assert callbacks is not None
    callbacks.append(lambda _: then(*args))
