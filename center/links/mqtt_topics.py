"""MQTT topic names and filters (3.1.1, section 4.7).

Knows: which filters are well formed, which topics they take, and when two filters would take the same topic.
Refuses to know: connections.
"""

from __future__ import annotations

MOST_BYTES = 65_535


def check_topic(topic: str) -> None:
    """ValueError unless `topic` may be published to."""
    if not 0 < len(topic.encode()) <= MOST_BYTES or any(mark in topic for mark in "+#\0"):
        raise ValueError(f"not a topic: {topic!r}")


def check_filter(topic_filter: str) -> None:
    """ValueError unless `+` stands for whole levels and `#` for the last one."""
    levels = topic_filter.split("/")
    if (
        not 0 < len(topic_filter.encode()) <= MOST_BYTES
        or "\0" in topic_filter
        or "#" in levels[:-1]
        or any(len(level) > 1 and ("+" in level or "#" in level) for level in levels)
    ):
        raise ValueError(f"not a topic filter: {topic_filter!r}")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a subscription to `topic_filter` takes `topic`."""
    if topic.startswith("$") and topic_filter[0] in "+#":
        return False
    wanted = topic_filter.split("/")
    levels = topic.split("/")
    if wanted[-1] == "#":
        del wanted[-1]
        del levels[len(wanted) :]
    return len(wanted) == len(levels) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))


def overlap(one: str, other: str) -> bool:
    """Whether some topic is taken by both filters. Brokers differ on whether such a message comes once or twice."""
    if (one[0] in "+#" and other.startswith("$")) or (other[0] in "+#" and one.startswith("$")):
        return False
    ours, theirs = one.split("/"), other.split("/")
    for mine, yours in zip(ours, theirs, strict=False):
        if "#" in (mine, yours):
            return True
        if mine != yours and "+" not in (mine, yours):
            return False
    rest = ours[len(theirs) :] or theirs[len(ours) :]
    return not rest or rest == ["#"]
