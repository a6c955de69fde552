"""`[retention]`: a profile and what it changes; what no site may ask for is refused with its place."""

from __future__ import annotations

import pytest

from center.core.retention_facts import Retention
from center.site import SiteError, from_tables
from tests.running import tables


def test_a_site_that_says_nothing_keeps_reads_without_a_hit_for_thirty_days() -> None:
    assert from_tables(tables(), "site").retention.rostered() == Retention()
    assert Retention().reads_days == 30


def test_a_profile_is_taken_and_a_day_of_it_changed() -> None:
    said = {"profile": "ninety-days", "positions_days": 10}
    kept = from_tables({**tables(), "retention": said}, "site").retention.rostered()
    assert (kept.reads_days, kept.positions_days, kept.audit_days) == (90, 10, 1095)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"audit_days": 364}, "audit_days: found 364, expected 365 or more"),
        ({"reads_days": 0}, "reads_days: found 0, expected 1 to 36500"),
        ({"hits_days": 29}, "hits_days: found 29, fewer than reads_days"),
        ({"profile": "for-ever"}, "expected one of thirty-days, ninety-days, one-week"),
        ({"reads_day": 30}, "did you mean reads_days"),
    ],
)
def test_what_no_site_may_ask_for(said: dict[str, object], why: str) -> None:
    with pytest.raises(SiteError, match=why):
        from_tables({**tables(), "retention": said}, "site")


def test_reads_are_kept_for_as_long_as_the_site_looks_back() -> None:
    """A list that arrives late asks reads of that time; what is promised must be there."""
    with pytest.raises(SiteError, match="looks back for longer"):
        from_tables({**tables(lookback_s=8 * 86_400), "retention": {"profile": "one-week"}}, "site")
