"""Topic filters behave as MQTT 3.1.1 section 4.7 says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.links.mqtt_topics import check_filter, check_topic, matches, overlap

LEVEL = st.sampled_from(["a", "b", "", "$x"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(bool)
FILTER = st.builds(
    lambda levels, rest: "/".join([*levels, *rest]),
    st.lists(st.sampled_from(["a", "b", "", "$x", "+"]), max_size=4),
    st.sampled_from([["#"], ["a"], ["+"], [""]]),
).filter(bool)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "taken"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sports", False),
        ("#", "sport/tennis", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/broker/load", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/broker/load", True),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
        ("ACCOUNTS", "Accounts", False),
    ],
)
def test_matching_follows_the_standards_examples(topic_filter: str, topic: str, taken: bool) -> None:
    """The examples of sections 4.7.1 to 4.7.3 come out as the standard says."""
    check_filter(topic_filter)
    check_topic(topic)
    assert matches(topic_filter, topic) is taken


@pytest.mark.parametrize("bad", ["", "sport/tennis#", "sport/#/ranking", "sport+", "a\0b", "x" * 65_536, "a/\ud800"])
def test_a_malformed_filter_is_refused(bad: str) -> None:
    """A wildcard that is not a whole level, a # that is not last, an empty or endless filter is a ValueError."""
    with pytest.raises(ValueError, match=r"not a topic|surrogates"):
        check_filter(bad)


@pytest.mark.parametrize("bad", ["", "a/+", "a/#", "a\0b", "x" * 65_536, "a/\ud800"])
def test_a_topic_holds_no_wildcard(bad: str) -> None:
    """What could be taken for a filter, or is not UTF-8, is never published to."""
    with pytest.raises(ValueError, match=r"not a topic|surrogates"):
        check_topic(bad)


@given(FILTER, FILTER, TOPIC)
def test_filters_that_share_a_topic_overlap(one: str, other: str, topic: str) -> None:
    """Whenever two filters take one topic, `overlap` says so, in either order."""
    if matches(one, topic) and matches(other, topic):
        assert overlap(one, other)
    assert overlap(one, other) == overlap(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("avl/#", "plates/#"), ("avl/+/fix", "avl/+/status"), ("a", "a/b"), ("a/+", "a/+/c"), ("#", "$SYS/#")],
)
def test_filters_for_different_things_do_not_overlap(one: str, other: str) -> None:
    """Feeds beside one another on a broker can be told apart."""
    assert not overlap(one, other)
