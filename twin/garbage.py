"""Garbage, collected seldom while a world is lived through.

Knows: Python's collector, and that a world and a center hold hardly any cycles.
Refuses to know: what is lived through.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (10_000, 10, 1_000)


@contextmanager
def seldom() -> Iterator[None]:
    """The collector looks at everything that a run keeps again and again, and finds next to nothing: a twentieth of a
    run's time. It goes on as before afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
