"""MQTT 3.1.1 packets are cut and made as the standard lays them out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.links.mqtt_frames import (
    DISCONNECT,
    PINGREQ,
    Connack,
    FrameReader,
    Pingresp,
    ProtocolError,
    Puback,
    Publish,
    Reply,
    Suback,
    Will,
    connect,
    puback,
    publish,
    subscribe,
)

TOPIC = st.text(st.characters(exclude_characters="+#\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
MESSAGE = st.builds(
    lambda topic, payload, packet_id, retain, dup: (
        topic,
        payload,
        packet_id > 0,
        packet_id,
        retain,
        dup and packet_id > 0,
    ),
    TOPIC,
    st.binary(max_size=300),
    st.just(0) | st.integers(1, 65_535),
    st.booleans(),
    st.booleans(),
)
REPLIES: list[tuple[bytes, Reply]] = [
    (b"\x20\x02\x01\x00", Connack(True, 0)),
    (b"\x20\x02\x00\x05", Connack(False, 5)),
    (b"\x40\x02\x12\x34", Puback(0x1234)),
    (b"\x90\x05\x00\x0a\x00\x01\x80", Suback(10, (0, 1, 0x80))),
    (b"\xd0\x00", Pingresp()),
]


def encoded(message: Publish) -> bytes:
    topic, payload, qos, packet_id, retain, dup = message
    return publish(topic, payload, qos, packet_id, retain, dup)


@given(st.lists(MESSAGE | st.sampled_from(REPLIES), max_size=4))
def test_a_stream_cut_anywhere_says_the_same(parts: list[Publish | tuple[bytes, Reply]]) -> None:
    """Wherever the network splits the stream in two, and when it comes byte by byte, the same packets come out."""
    stream = b"".join(part[0] if isinstance(part[0], bytes) else encoded(part) for part in parts)
    messages = [part for part in parts if not isinstance(part[0], bytes)]
    replies = [part[1] for part in parts if isinstance(part[0], bytes)]
    for cut in range(len(stream) + 1):
        reader = FrameReader(buffer_bytes=64)
        first, second = reader.feed(stream[:cut]), reader.feed(stream[cut:])
        assert first.publishes + second.publishes == messages
        assert first.replies + second.replies == replies
        assert second.error is None
    reader = FrameReader(buffer_bytes=64)
    pieces = [reader.feed(stream[at : at + 1]) for at in range(len(stream))]
    assert [message for frames in pieces for message in frames.publishes] == messages


def test_packets_are_laid_out_as_the_standard_says() -> None:
    """Bytes written down from the tables of sections 3.1, 3.3, 3.4, 3.8, 3.12 and 3.14."""
    assert connect("rtcc", 30, True) == b"\x10\x10\x00\x04MQTT\x04\x02\x00\x1e\x00\x04rtcc"
    will = Will("gone", b"!", qos=1, retain=True)
    assert (
        connect("c", 10, False, "user", "pass", will)
        == b"\x10\x22\x00\x04MQTT\x04\xec\x00\x0a\x00\x01c\x00\x04gone\x00\x01!\x00\x04user\x00\x04pass"
    )
    assert subscribe(10, [("a/b", 1), ("c/d", 0)]) == b"\x82\x0e\x00\x0a\x00\x03a/b\x01\x00\x03c/d\x00"
    assert publish("a/b", b"hi") == b"\x30\x07\x00\x03a/bhi"
    assert publish("a/b", b"hi", 1, 10, retain=True, dup=True) == b"\x3b\x09\x00\x03a/b\x00\x0ahi"
    assert puback(10) == b"\x40\x02\x00\x0a"
    assert (PINGREQ, DISCONNECT) == (b"\xc0\x00", b"\xe0\x00")


@pytest.mark.parametrize(
    ("body", "length"),
    [
        (127, b"\x7f"),
        (128, b"\x80\x01"),
        (16_383, b"\xff\x7f"),
        (16_384, b"\x80\x80\x01"),
        (2_097_151, b"\xff\xff\x7f"),
    ],
)
def test_the_remaining_length_is_right_at_its_borders(body: int, length: bytes) -> None:
    """Section 2.2.3: the last value of each number of bytes and the first of the next, written and read."""
    packet = publish("a", bytes(body - 3))
    assert packet[1 : 1 + len(length)] == length
    assert [len(message[1]) for message in FrameReader().feed(packet).publishes] == [body - 3]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"\x30\xff\xff\xff\xff\x01", "more than four bytes"),
        (b"\x30\xff\xff\xff\x7f", "limit"),
        (b"\x30\x00", "without a topic"),
        (b"\x30\x01\x00", "without a topic"),
        (b"\x30\x02\x00\x00", "not a topic"),
        (b"\x30\x05\x00\x04abc", "longer than the packet"),
        (b"\x30\x05\x00\x03a+b", "not a topic"),
        (b"\x30\x05\x00\x03a\x00b", "not a topic"),
        (b"\x30\x04\x00\x02\xc3\x28", "not a topic"),
        (b"\x32\x03\x00\x01a", "without a packet id"),
        (b"\x32\x05\x00\x01a\x00\x00", "packet id 0"),
        (b"\x34\x05\x00\x01a\x00\x01", "QoS 2"),
        (b"\x36\x05\x00\x01a\x00\x01", "QoS 3"),
        (b"\x20\x02\x02\x00", "CONNACK"),
        (b"\x20\x01\x00", "CONNACK"),
        (b"\x40\x03\x00\x01\x00", "PUBACK"),
        (b"\x90\x02\x00\x01", "SUBACK"),
        (b"\x90\x03\x00\x01\x03", "SUBACK"),
        (b"\xd0\x01\x00", "PINGRESP"),
        (b"\xc0\x00", "PINGREQ"),
        (b"\x62\x02\x00\x01", "PUBREL"),
        (b"\x00\x00", "type 0"),
        (b"\xf0\x00", "type 15"),
        (b"HTTP/1.1 400 Bad Request\r\n", "PUBACK"),
    ],
)
def test_a_malformed_packet_ends_the_stream_where_it_begins(bad: bytes, why: str) -> None:
    """What stood before it comes out, the error names its place and its kind, and nothing behind it is believed."""
    good = publish("a/b", b"before")
    reader = FrameReader()
    frames = reader.feed(good + bad + good)
    assert [message[1] for message in frames.publishes] == [b"before"]
    assert frames.error is not None
    assert frames.error.offset == len(good)
    assert why in frames.error.why
    again = reader.feed(good)
    assert again.publishes == []
    assert again.error == frames.error
    assert len(reader.buffer()) > 0


def test_the_place_of_an_error_counts_from_the_start_of_the_stream() -> None:
    """The offset goes on counting over reads, so that it can be looked up in a capture."""
    reader = FrameReader()
    good = publish("a/b", b"before")
    for _ in range(3):
        assert reader.feed(good).error is None
    assert reader.feed(b"\xf0\x00").error == ProtocolError("type 15 with flags 0000, unexpected here", 3 * len(good))


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    """Noise from the wire comes out as packets or as one error, whatever it is, and room to read into remains."""
    reader = FrameReader(limit_bytes=1000, buffer_bytes=64)
    reader.feed(data)
    assert len(reader.buffer()) > 0


@given(st.lists(MESSAGE, min_size=1, max_size=5), st.data())
def test_a_damaged_stream_never_makes_the_reader_raise(messages: list[Publish], data: st.DataObject) -> None:
    """One wrong byte in a good stream: what stood before its packet is unharmed."""
    packets = [encoded(message) for message in messages]
    damaged = bytearray(b"".join(packets))
    at = data.draw(st.integers(0, len(damaged) - 1))
    damaged[at] ^= data.draw(st.integers(1, 255))
    unharmed = 0
    while sum(map(len, packets[: unharmed + 1])) <= at:
        unharmed += 1
    assert FrameReader(limit_bytes=1000).feed(bytes(damaged)).publishes[:unharmed] == messages[:unharmed]


def test_the_buffer_grows_for_a_large_packet_only() -> None:
    """A packet larger than the buffer is read whole, up to the limit; afterwards the buffer is small again."""
    reader = FrameReader(limit_bytes=100_000, buffer_bytes=1024)
    large = publish("a", bytes(90_000))
    assert reader.feed(large[:50_000]).publishes == []
    assert len(reader.buffer()) == len(large) - 50_000
    assert [len(message[1]) for message in reader.feed(large[50_000:]).publishes] == [90_000]
    assert len(reader.buffer()) == 1024


def test_the_names_remembered_are_bounded() -> None:
    """A sender that never uses a topic twice costs no memory beyond the bound."""
    reader = FrameReader(topics=10)
    topics = [f"t/{number}" for number in range(1000)]
    frames = reader.feed(b"".join(publish(topic, b"") for topic in topics))
    assert [message[0] for message in frames.publishes] == topics
    assert len(reader._topics) <= 10


def test_a_topic_is_one_string_however_often_it_comes() -> None:
    """The same name is the same object, so a table keyed by topic costs one comparison of addresses."""
    frames = FrameReader().feed(publish("avl/unit-7", b"1") + publish("avl/unit-7", b"2"))
    assert frames.publishes[0][0] is frames.publishes[1][0]


def test_a_hundred_thousand_messages_come_through_whole() -> None:
    """Nothing is lost, doubled or out of order over many reads of one large buffer."""
    stream = b"".join(publish(f"avl/unit-{number % 97}", b"%d" % number) for number in range(100_000))
    reader = FrameReader()
    got: list[Publish] = []
    at = 0
    while at < len(stream):
        room = reader.buffer()
        piece = stream[at : at + len(room)]
        room[: len(piece)] = piece
        at += len(piece)
        got += reader.received(len(piece)).publishes
    assert [message[1] for message in got] == [b"%d" % number for number in range(100_000)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: connect("c", 30, True, None, "secret"),
        lambda: connect("", 30, False),
        lambda: connect("c", 30, True, will=Will("a/#", b"")),
        lambda: publish("a", b"", 0, 7),
        lambda: publish("a", b"", 1, 0),
        lambda: publish("a", b"", 2, 7),
        lambda: publish("a/+", b""),
        lambda: publish("a", bytes(268_435_456)),
    ],
)
def test_what_the_standard_forbids_is_never_sent(call: Callable[[], bytes]) -> None:
    """A password without a user, a lasting session without a name, QoS without its packet id: ValueError."""
    with pytest.raises(ValueError, match=r"without|needs|not a topic|QoS|packet of"):
        call()
