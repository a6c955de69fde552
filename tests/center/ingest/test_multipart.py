"""Bodies cut into pieces: delimiters of any boundary, bare documents, and what is too long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.ingest.multipart import _DELIMITER, _END_TAG, _NEXT, MAX_PIECE_BYTES, SHOWN_BYTES, Multipart, Piece

HEAD = b'Content-Disposition: form-data; name="a"; filename="b.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
ALERT = b"<EventNotificationAlert><a/></EventNotificationAlert>"


def cut(*pieces: bytes) -> list[Piece]:
    multipart = Multipart()
    return [piece for data in pieces for piece in multipart.feed(data)] + multipart.feed(b"", True)


def shown(pieces: list[Piece]) -> list[tuple[tuple[str, ...] | None, bytes]]:
    return [(piece.names, piece.data) for piece in pieces if piece.data.strip()]


@pytest.mark.parametrize("boundary", [b"x", b"-----------------------------7e1", b"MIME_boundary", b"a b'c(d)+/:=?"])
@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
def test_parts_are_cut_at_any_boundary(boundary: bytes, ending: bytes) -> None:
    """Whatever the Content-Type may have declared; blanks behind it are allowed."""
    body = (
        b"--"
        + boundary
        + b"\r\n"
        + HEAD
        + b"one\r\n--"
        + boundary
        + b" \r\n"
        + HEAD
        + b"two\r\n--"
        + boundary
        + b"--\r\n"
    )
    pieces = cut(body.replace(b"\r\n", ending))
    assert shown(pieces) == [(("a", "b.jpg"), b"one"), (("a", "b.jpg"), b"two")]
    assert any(piece.closes for piece in pieces)


def test_a_picture_may_hold_what_looks_like_a_delimiter() -> None:
    """Two dashes on a line are none without a header behind them, or the end of the body."""
    picture = b"\xff\xd8\r\n--x\r\nnot a header\r\n--\r\n\xff\xd9"
    assert shown(cut(b"--x\r\n" + HEAD + picture + b"\r\n--x--\r\n")) == [(("a", "b.jpg"), picture)]


def test_bare_documents_are_cut_behind_their_end_tags() -> None:
    """One after another on a stream, with a prefix or not."""
    prefixed = ALERT.replace(b"<Ev", b"<n:Ev").replace(b"</Ev", b"</n:Ev")
    assert [data for _, data in shown(cut(ALERT + prefixed + b"\n" + ALERT))] == [ALERT, prefixed, b"\n" + ALERT]


def test_a_part_whose_headers_are_damaged_has_no_names() -> None:
    """And is not lost."""
    assert shown(cut(b"--x\r\nContent-\r\n" + ALERT + b"\r\n--x--\r\n")) == [(None, b"Content-\r\n" + ALERT)]


@pytest.mark.parametrize("step", [1 << 16, 1 << 20, 1 << 30])
def test_what_is_too_long_is_told_once_and_the_next_document_is_read(step: int) -> None:
    """However it comes: a part behind a delimiter, a bare document behind its opening tag."""
    long = b"A" * (MAX_PIECE_BYTES + 1000)
    for body, found in (
        (long + ALERT, (None, ALERT)),
        (b"--x\r\n" + HEAD + long + b"\r\n--x\r\n" + HEAD + b"two\r\n--x--\r\n", (("a", "b.jpg"), b"two")),
    ):
        pieces = cut(*(body[at : at + step] for at in range(0, len(body), step)))
        assert [piece.why for piece in pieces if piece.why] == [f"longer than {MAX_PIECE_BYTES} bytes"]
        assert len(pieces[0].data) == SHOWN_BYTES
        assert shown(pieces)[1:] == [found]


def test_a_piece_of_the_greatest_length_is_whole() -> None:
    """And one byte more is not."""
    for more, count in ((0, 0), (1, 1)):
        body = b"B" * (MAX_PIECE_BYTES - len(ALERT) + more) + ALERT
        for step in (1 << 18, len(body)):
            pieces = cut(*(body[at : at + step] for at in range(0, len(body), step)))
            assert sum(bool(piece.why) for piece in pieces) == count


PLAIN = re.compile(rb"\r?\n%b|%b" % (_DELIMITER, _END_TAG), re.IGNORECASE)
MARKS = (
    *(b"\r", b"\n", b"--x", b"--", b" ", b"<", b"Content-Type: a", b"content-", b"\xff\xd8", b"e"),
    *(b"</EventNotificationAlert>", b"</n:eventNOTIFICATIONalert \n>", b"</EventNotificationAlert"),
)


@given(st.lists(st.sampled_from(MARKS), max_size=24).map(b"".join), st.integers(0, 8))
def test_the_quick_search_finds_what_the_plain_one_finds(text: bytes, start: int) -> None:
    """The same place, the same length, and the same kind of end."""
    quick, plain = _NEXT.search(text, start), PLAIN.search(text, start)
    assert (quick and (quick.span(), quick.groupdict())) == (plain and (plain.span(), plain.groupdict()))
