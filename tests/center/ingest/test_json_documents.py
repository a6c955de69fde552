"""Cutting JSON objects out of streams: every way they are printed and cut, and going on behind damage."""

from __future__ import annotations

import json
from time import perf_counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.ingest.json_documents import MAX_DEPTH, Document, JsonDocuments, mended
from tests.center.ingest.position_feeds import CUTS, cut, damaged


class Numbered(msgspec.Struct):
    """A document: what has a number. Objects inside it have none."""

    number: int
    inside: object = None


decode = msgspec.json.Decoder(Numbered).decode

DOCUMENTS = [{"number": n, "inside": {"list": [1, {"text": '}{][ " \\ é'}], "none": {}}} for n in range(8)]
PRINTED = {
    "lines": "\n".join(json.dumps(each) for each in DOCUMENTS),
    "lines, CRLF and blanks": "\r\n \r\n".join(json.dumps(each) for each in DOCUMENTS),
    "one after another": "".join(json.dumps(each) for each in DOCUMENTS),
    "pretty": "\n".join(json.dumps(each, indent=4) for each in DOCUMENTS),
    "pretty without indentation": "\n".join(json.dumps(each, indent=0) for each in DOCUMENTS),
    "pretty with tabs": "\n".join(json.dumps(each, indent="\t") for each in DOCUMENTS),
    "array": json.dumps(DOCUMENTS),
    "pretty array": json.dumps(DOCUMENTS, indent=2),
    "array of lines": "[\n" + ",\n".join(json.dumps(each) for each in DOCUMENTS) + "\n]\n",
    "arrays in arrays": "[" + ",".join(json.dumps(DOCUMENTS[at : at + 2]) for at in range(0, 8, 2)) + "]",
    "text sequence (RFC 7464)": "".join(f"\x1e{json.dumps(each)}\n" for each in DOCUMENTS),
    "byte order mark": "\ufeff" + "\n".join(json.dumps(each) for each in DOCUMENTS),
    "inner objects at line starts": "\n".join(json.dumps(each).replace('{"text"', '\n{"text"') for each in DOCUMENTS),
}
printed = pytest.mark.parametrize("form", PRINTED)


def read(*pieces: bytes, limit: int = 1 << 20) -> list[Document[Numbered]]:
    documents = JsonDocuments(decode, limit)
    found = [each for piece in pieces for each in documents.feed(piece)]
    return [*found, *documents.feed(b"", final=True)]


def numbers(found: list[Document[Numbered]]) -> list[int]:
    return [each.value.number for each in found if each.value is not None]


def whys(found: list[Document[Numbered]]) -> list[str]:
    return [each.why for each in found if each.why]


@printed
@pytest.mark.parametrize("step", [1, 2, 13, 1 << 20])
def test_objects_come_out_however_they_are_printed_and_cut(form: str, step: int) -> None:
    """Each once, in order, with its place in the stream."""
    data = PRINTED[form].encode()
    found = read(*(data[at : at + step] for at in range(0, len(data), step)))
    assert numbers(found) == list(range(8))
    assert whys(found) == []
    assert all(data[each.offset :].startswith(each.raw) for each in found)


@printed
def test_a_whole_message_ends_where_it_ends(form: str) -> None:
    """Nothing is held back, and the next message starts from nothing."""
    documents = JsonDocuments(decode)
    for _ in range(2):
        found = documents.feed(PRINTED[form].encode(), final=True)
        assert numbers(found) == list(range(8))


@printed
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_reads_the_same_however_it_is_cut(form: str, data: st.DataObject) -> None:
    """Objects, offsets and faults alike."""
    bad = data.draw(damaged(PRINTED[form].encode()))
    at_once = read(bad)
    assert read(*cut(bad, data.draw(CUTS))) == at_once
    assert read(*(bad[at : at + 1] for at in range(len(bad)))) == at_once


@pytest.mark.parametrize("form", ["lines", "pretty", "pretty array", "array of lines", "pretty with tabs"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_flipped_bit_costs_one_object(form: str, data: st.DataObject) -> None:
    """Where each object begins on a line of its own, its neighbours are read (two objects when the line between them is
    what was hit)."""
    bad = bytearray(PRINTED[form].encode())
    bad[data.draw(st.integers(0, len(bad) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert len(numbers(read(bytes(bad)))) >= 6


@pytest.mark.parametrize("form", ["lines", "pretty", "array of lines"])
def test_a_lost_closing_brace_costs_one_object(form: str) -> None:
    """Without waiting for a brace that never comes: the next objects are read as they arrive."""
    text = PRINTED[form]
    place = text.rindex("}", 0, text.index('"number": 1'))
    documents = JsonDocuments(decode)
    found = documents.feed((text[:place] + text[place + 1 :]).encode())
    assert numbers(found)[:5] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"number": 1', "the next object begins before it is complete"),
        ('{"number": 1]\n', "brackets do not match"),
        ('{"number": "1\n', "a line ends inside a string"),
        ("rubbish\n", "not a JSON object"),
        ("7", "not a JSON object"),
        ('{"number": "x"}', "Expected `int`, got `str` - at `$.number`"),
        ('{"other": 1}', "Object missing required field `number`"),
        ('{"number": 1,}', "JSON is malformed: trailing comma in object (byte 13)"),
        ('{"number": ' + "[" * MAX_DEPTH, "nested too deep"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    """And the next object on a line of its own is read."""
    found = read(text.encode(), b'\n{"number": 2}\n')
    assert whys(found)[0] == why
    assert numbers(found) == [2]


def test_an_object_cut_short_at_the_end_is_said() -> None:
    """Nothing follows that could complete it."""
    assert whys(read(b'{"number": 1}\n{"number": 2')) == ["ends before it is complete"]


def test_an_object_over_the_limit_is_given_up() -> None:
    """In one piece or in many, and the next is read."""
    data = json.dumps({"number": 1, "inside": "x" * 5000}).encode() + b'\n{"number": 2}\n'
    for step in (100, len(data)):
        found = read(*(data[at : at + step] for at in range(0, len(data), step)), limit=1000)
        assert numbers(found) == [2]
        assert whys(found) == ["longer than 1000 bytes"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (b'{"number": 1, "inside": NaN}', None),
        (b'{"number": 1, "inside": [-Infinity, 2]}', [None, 2]),
        (b'{"number": 1, "inside": "\xff"}', "\ufffd"),
        (b'{"number": 1, "inside": "\\ud83d"}', "\ufffd"),
        (b'{"number": 1, "inside": "\\ud83d\\ude00 \\udc00"}', "\U0001f600 \ufffd"),
    ],
)
def test_what_is_almost_json_is_mended(written: bytes, read_as: object) -> None:
    """And said to have been."""
    (found,) = read(written)
    assert found.value is not None
    assert found.value.inside == read_as
    assert found.why.startswith("read after mending")


@given(st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(), st.lists))
def test_mending_leaves_good_json_alone(value: object) -> None:
    """Backslashes, quotes and pairs of surrogates mean what they meant."""
    raw = json.dumps(value).encode()
    assert json.loads(mended(raw)) == value


def test_a_good_line_costs_microseconds() -> None:
    """The bound is ten times what three kilobytes take on a small machine."""
    line = json.dumps({"number": 1, "inside": ["x" * 30] * 90}).encode() + b"\n"
    documents = JsonDocuments(decode)
    started = perf_counter()
    assert len(documents.feed(line * 1000)) == 1000
    assert perf_counter() - started < 0.2


@given(st.sampled_from(sorted(PRINTED)), st.text("}{ \n1\x0b", max_size=3), st.booleans())
def test_what_is_read_at_once_is_what_is_read_with_care(form: str, behind: str, first: bool) -> None:
    """Of a whole message; where `only` gives nothing, `feed` has what there is."""
    printed = PRINTED[form]
    message = ((printed.partition("\n")[0] if first else printed) + behind).encode()
    documents = JsonDocuments(decode)
    value = documents.only(message)
    told = documents.feed(message, final=True)
    assert value is None or told == [Document(0, message, value, "")]


def test_most_messages_are_read_at_once() -> None:
    """One sound object and nothing else; not while a stream is under way."""
    message = PRINTED["lines"].partition("\n")[0].encode()
    documents = JsonDocuments(decode)
    assert documents.only(message) == decode(message)
    assert documents.only(message[:-1]) is None
    documents.feed(message[:-1])
    assert documents.only(message) is None
