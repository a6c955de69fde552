"""What stands near a place is found as if one had looked at everything."""

from __future__ import annotations

from math import hypot

from hypothesis import example, given
from hypothesis import strategies as st

from twin.sim.parked import Parked

places = st.floats(-500, 500)
spots = st.tuples(places, places)
moves = st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | spots), max_size=40)


@example([("a", (-1e-300, 0.0))], (16.0, 0.0), 16.0)
@given(moves, spots, st.floats(0, 300))
def test_near_is_what_a_look_at_all_would_find(
    done: list[tuple[str, tuple[float, float] | None]], here: tuple[float, float], within_m: float
) -> None:
    """However things came and went, and on the edges of squares."""
    parked, at = Parked(), dict[str, tuple[float, float]]()
    for name, place in done:
        if place is None:
            parked.take(name)
            at.pop(name, None)
        else:
            parked.put(name, *place)
            at[name] = place
    expected = [name for name, (x, y) in at.items() if hypot(x - here[0], y - here[1]) <= within_m]
    assert sorted(parked.near(*here, within_m)) == sorted(expected)
