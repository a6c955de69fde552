"""Burglaries of one crew come together, and one coincidence does not join two crews."""

from __future__ import annotations

import numpy as np

from center.forecast.linkage import Acts, likely, pairs, series


def acts(rows: list[tuple[float, float, float, int, int]]) -> Acts:
    """(x, y, day, entry, target), all by night, with windows of two hours; others of every mark lie far off."""
    far = [(30_000.0 + 9_000.0 * n, 0.0, 50.0 * n, n % 5, n % 5) for n in range(10)]
    x, y, t, entry, target = (np.array(column) for column in zip(*rows, *far, strict=True))
    kind = np.zeros(len(x), dtype=np.int64)
    return Acts(x, y, t + 0.1, np.full(len(x), 2.0), kind, entry.astype(np.int64), target.astype(np.int64))


FIRST = [(100.0 * n, 0.0, 10.0 + n / 24, 1, 2) for n in range(4)]
SECOND = [(1_500.0 + 100.0 * n, 300.0, 18.0 + n / 24, 3, 4) for n in range(4)]


def test_two_crews_are_two_series_and_each_says_why() -> None:
    found = series(acts([*FIRST, *SECOND]))
    assert sorted(one.members for one in found) == [(0, 1, 2, 3), (4, 5, 6, 7)]
    for one in found:
        assert one.likely > 0.8
        assert {"near", "soon"} <= {reason for reason, _ in one.why}
        assert "same way in" in {reason for reason, _ in one.why}


def test_one_in_between_does_not_chain_two_crews_together() -> None:
    """It is near both in place and days and like neither; with connected components all nine would be one."""
    found = series(acts([*FIRST, (900.0, 150.0, 14.0, 1, 4), *SECOND]))
    assert max(len(one.members) for one in found) <= 5
    assert all(not {0, 8} <= set(one.members) for one in found)


def test_each_reason_makes_it_likelier() -> None:
    """Nearer, sooner, alike in entry and target: each by itself."""
    there = acts([(0.0, 0.0, 10.0, 1, 2), (300.0, 0.0, 12.0, 1, 2)])
    base = _first(there)
    for other in (
        acts([(0.0, 0.0, 10.0, 1, 2), (2_000.0, 0.0, 12.0, 1, 2)]),
        acts([(0.0, 0.0, 10.0, 1, 2), (300.0, 0.0, 25.0, 1, 2)]),
        acts([(0.0, 0.0, 10.0, 1, 2), (300.0, 0.0, 12.5, 1, 2)]),
        acts([(0.0, 0.0, 10.0, 1, 2), (300.0, 0.0, 12.0, 3, 2)]),
        acts([(0.0, 0.0, 10.0, 1, 2), (300.0, 0.0, 12.0, 1, 3)]),
    ):
        assert _first(other) < base


def test_what_is_not_known_speaks_neither_for_nor_against() -> None:
    unknown = _first(acts([(0.0, 0.0, 10.0, -1, 2), (300.0, 0.0, 12.0, 1, 2)]))
    alike = _first(acts([(0.0, 0.0, 10.0, 1, 2), (300.0, 0.0, 12.0, 1, 2)]))
    different = _first(acts([(0.0, 0.0, 10.0, 3, 2), (300.0, 0.0, 12.0, 1, 2)]))
    assert different < unknown < alike


def test_too_few_are_no_series() -> None:
    assert series(acts([(0.0, 0.0, 10.0, 1, 2)])) == []


def _first(of: Acts) -> float:
    found = pairs(of)
    row = int(np.flatnonzero((found.one == 0) & (found.other == 1))[0])
    return float(likely(found.told)[row])


def test_a_detectives_word_goes_before_likelihood() -> None:
    """Two crews that a detective joined are one series; one burglary that was taken out is in none with those that
    stay, however alike it is."""
    joined = series(acts([*FIRST, *SECOND]), together=[[0, 4]])
    assert any({0, 4} <= set(one.members) for one in joined)
    assert {row for one in joined for row in one.members} == set(range(8))
    taken = series(acts([*FIRST, *SECOND]), apart=[(0, 3), (1, 3), (2, 3)])
    assert sorted(one.members for one in taken) == [(0, 1, 2), (4, 5, 6, 7)]
