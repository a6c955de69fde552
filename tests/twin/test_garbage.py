"""While a world is lived through, garbage is collected seldom; afterwards as before."""

from __future__ import annotations

import gc

import pytest

from twin import garbage


def test_the_collector_is_left_as_it_was() -> None:
    """Whether the run ended well or not."""
    before = gc.get_threshold()
    with garbage.seldom():
        assert gc.get_threshold() == garbage.SELDOM
    assert gc.get_threshold() == before
    with pytest.raises(ZeroDivisionError), garbage.seldom():
        _ = 1 / 0
    assert gc.get_threshold() == before
