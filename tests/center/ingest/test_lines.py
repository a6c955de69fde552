"""Cutting bytes into lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.ingest.lines import LineSplitter
from tests.center.ingest.position_feeds import CUTS, cut, unhurried

LIMIT = 16
STREAMS = st.lists(st.sampled_from((b"\n", b"\r", b"\r\n", b"a", b"bc", b"0123456789" * 2)), max_size=30).map(b"".join)


@pytest.mark.parametrize("ending", [b"\n", b"\r", b"\r\n", b"\n\n\r\r"])
def test_every_ending_ends_a_line(ending: bytes) -> None:
    """LF, CR and CRLF end a line alike, and empty lines are not lines."""
    lines = LineSplitter().feed(b"one" + ending + b"two" + ending)
    assert [line for _, line, _ in lines] == [b"one", b"two"]


def test_offsets_are_places_in_the_stream() -> None:
    """A line's offset leads to its first byte, however many pieces came before."""
    splitter = LineSplitter()
    stream = b"one\r\ntwo\n\nthree"
    lines = [*splitter.feed(stream[:6]), *splitter.feed(stream[6:]), *splitter.rest()]
    assert [(stream[offset : offset + len(line)], line) for offset, line, _ in lines] == [
        (b"one", b"one"),
        (b"two", b"two"),
        (b"three", b"three"),
    ]


def test_the_last_line_may_lack_its_ending() -> None:
    """What stands behind the last ending comes out once, when the stream ends."""
    splitter = LineSplitter()
    assert splitter.feed(b"one\ntw") == [(0, b"one", False)]
    assert splitter.feed(b"o") == []
    assert splitter.rest() == [(4, b"two", False)]
    assert splitter.rest() == []


def test_too_long_a_line_is_given_up_once_and_what_follows_still_comes() -> None:
    """A sender that forgets its line endings costs one marked line and no memory."""
    splitter = LineSplitter(LIMIT)
    lines = [line for _ in range(100) for line in splitter.feed(b"0123456789")]
    lines += splitter.feed(b"end\nnext\n")
    assert lines == [(0, b"0123456789012345", True), (1004, b"next", False)]


def test_a_whole_message_ends_its_last_line() -> None:
    """A datagram is complete by itself: nothing of it waits for the next, and offsets count from its own start."""
    splitter = LineSplitter(LIMIT, whole=True)
    assert splitter.feed(b"one\r\ntwo") == [(0, b"one", False), (5, b"two", False)]
    assert splitter.feed(b"0" * 20) == [(0, b"0" * LIMIT, True)]
    assert splitter.rest() == []


@unhurried
@given(STREAMS, CUTS)
def test_pieces_do_not_matter(stream: bytes, cuts: list[int]) -> None:
    """However a stream is cut into pieces, the same lines come out at the same offsets, over-long ones included."""
    whole, pieces = LineSplitter(LIMIT), LineSplitter(LIMIT)
    expected = [*whole.feed(stream), *whole.rest()]
    found = [line for piece in cut(stream, cuts) for line in pieces.feed(piece)]
    assert [*found, *pieces.rest()] == expected


@unhurried
@given(STREAMS)
def test_lines_are_those_python_finds(stream: bytes) -> None:
    """The lines are the stream's own, in order, none longer than the limit."""
    splitter = LineSplitter(LIMIT)
    lines = [*splitter.feed(stream), *splitter.rest()]
    expected = [line for line in stream.replace(b"\r", b"\n").split(b"\n") if line]
    assert [line for _, line, _ in lines] == [line[:LIMIT] for line in expected]
    assert [too_long for _, _, too_long in lines] == [len(line) > LIMIT for line in expected]
