"""MQTT 3.1.1 packets as a client sends and receives them (OASIS Standard, 29 October 2014), without I/O.

Knows: how packets are laid out, and how to cut a large buffer into them quickly.
Refuses to know: sockets, sessions, time, and QoS 2, which this project neither publishes nor subscribes with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from center.links.mqtt_topics import check_topic

Publish: TypeAlias = tuple[str, bytes, int, int, bool, bool]
"""(topic, payload, qos, packet_id, retain, dup); packet_id is 0 at QoS 0. A bare tuple because it is the hot path."""


class Connack(NamedTuple):
    """Section 3.2. `code` 0 is accepted."""

    session_present: bool
    code: int


class Suback(NamedTuple):
    """Section 3.9. `granted` has the QoS for each filter of the SUBSCRIBE, 0x80 for a refused one."""

    packet_id: int
    granted: tuple[int, ...]


class Puback(NamedTuple):
    """Section 3.4."""

    packet_id: int


class Pingresp(NamedTuple):
    """Section 3.13."""


Reply: TypeAlias = Connack | Suback | Puback | Pingresp


class ProtocolError(NamedTuple):
    """What came is not MQTT, at `offset` bytes into the stream. Nothing behind it can be read (section 4.8)."""

    why: str
    offset: int


class Frames(NamedTuple):
    """What one read completed: messages in order, replies in order, and the error that ended the stream if one did."""

    publishes: list[Publish]
    replies: list[Reply]
    error: ProtocolError | None


class Will(NamedTuple):
    """What the broker says for us when we vanish (section 3.1.2.5)."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class _MalformedError(ValueError):
    """Stays inside this module; outside it is a ProtocolError."""


PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
_REPLIES = frozenset((0x20, 0x40, 0x90, 0xD0))
REFUSED = 0x80
"""The SUBACK code of a filter the broker will not serve."""

CONNACK_REFUSALS = {
    1: "the broker does not speak MQTT 3.1.1",
    2: "the broker refuses this client id",
    3: "the broker says it is unavailable",
    4: "the broker refuses the user name or password",
    5: "the broker says this client is not authorized",
}
LONGEST_BODY_BYTES = 268_435_455
LONGEST_REMEMBERED = 256
"""Characters or bytes of a topic that is worth a place in a table; a longer one is looked at anew each time."""
_TYPES = (
    *("type 0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP"),
    *("SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "type 15"),
)


class FrameReader:
    """Cuts the stream from one broker into packets.

    Read into `buffer()` and say how much with `received()`; or hand bytes to `feed()`. Memory is bounded: a packet may
    have `limit_bytes`; the buffer has `buffer_bytes` and grows, up to that limit, only while a larger packet is
    coming; at most `topics` names are remembered, no long ones.
    """

    def __init__(self, limit_bytes: int = 4 << 20, buffer_bytes: int = 256 << 10, topics: int = 65_536) -> None:
        self._limit_bytes = limit_bytes
        self._buffer_bytes = buffer_bytes
        self._topics_limit = topics
        self._topics: dict[bytes, str] = {}
        self._buffer = bytearray(buffer_bytes)
        self._filled = 0
        self._needed = 2
        self._offset = 0
        self._error: ProtocolError | None = None

    def buffer(self) -> memoryview:
        """Where to read into; never empty."""
        return memoryview(self._buffer)[self._filled :]

    def received(self, count: int) -> Frames:
        """What the `count` bytes just read into `buffer()` complete. After an error nothing more comes out."""
        self._filled += count
        publishes: list[Publish] = []
        replies: list[Reply] = []
        if self._error is None and self._filled >= self._needed:
            data = bytes(memoryview(self._buffer)[: self._filled])
            self._put_back(data, self._cut(data, publishes, replies))
        if self._error is not None:
            self._filled = 0
        return Frames(publishes, replies, self._error)

    def feed(self, data: bytes) -> Frames:
        """As `received`, for bytes that are at hand."""
        publishes: list[Publish] = []
        replies: list[Reply] = []
        while data:
            room = self.buffer()
            piece, data = data[: len(room)], data[len(room) :]
            room[: len(piece)] = piece
            frames = self.received(len(piece))
            publishes += frames.publishes
            replies += frames.replies
        return Frames(publishes, replies, self._error)

    def _cut(self, data: bytes, publishes: list[Publish], replies: list[Reply]) -> int:
        """Adds the whole packets of `data` to the lists; returns where the first unfinished or bad one begins."""
        at, end = 0, len(data)
        self._needed = 2
        try:
            while end - at >= 2:
                head, length, start = data[at], data[at + 1], at + 2
                if length > 127:
                    if end - at > 2 and data[at + 2] < 128:  # most packets: two bytes tell of up to 16 KiB
                        length, start = length & 127 | data[at + 2] << 7, at + 3
                    else:
                        length, start = _remaining_length(data, at + 1)
                    if length < 0:
                        self._needed = end - at + 1
                        break
                    if length > self._limit_bytes:
                        raise _MalformedError(f"packet of {length} bytes; the limit is {self._limit_bytes}")
                is_publish = head & 0xF0 == 0x30
                if not is_publish and head not in _REPLIES:
                    raise _MalformedError(f"{_TYPES[head >> 4]} with flags {head & 15:04b}, unexpected here")
                stop = start + length
                if stop > end:
                    self._needed = stop - at
                    break
                if is_publish:
                    publishes.append(self._publish(data, head, start, stop))
                else:
                    replies.append(_reply(head, data[start:stop]))
                at = stop
        except _MalformedError as error:
            self._error = ProtocolError(str(error), self._offset + at)
        return at

    def _put_back(self, data: bytes, used: int) -> None:
        """Moves what is unfinished to the front, in a buffer that can hold the rest of it."""
        self._offset += used
        self._filled = len(data) - used
        size = max(self._buffer_bytes, self._needed)
        if size != len(self._buffer):
            self._buffer = bytearray(size)
        self._buffer[: self._filled] = data[used:]

    def _publish(self, data: bytes, head: int, start: int, stop: int) -> Publish:
        """Section 3.3."""
        begin = start + 2
        if begin > stop:
            raise _MalformedError("PUBLISH without a topic")
        at = begin + (data[start] << 8 | data[start + 1])
        if at > stop:
            raise _MalformedError("PUBLISH whose topic is longer than the packet")
        raw = data[begin:at]
        topic = self._topics.get(raw) or self._new_topic(raw)
        qos = head >> 1 & 3
        if qos == 0:
            return topic, data[at:stop], 0, 0, head & 1 == 1, False
        if qos > 1:
            raise _MalformedError(f"PUBLISH at QoS {qos}, which was never asked for")
        if at + 2 > stop:
            raise _MalformedError("PUBLISH at QoS 1 without a packet id")
        packet_id = data[at] << 8 | data[at + 1]
        if packet_id == 0:
            raise _MalformedError("PUBLISH with packet id 0")
        return topic, data[at + 2 : stop], 1, packet_id, head & 1 == 1, head & 8 == 8

    def _new_topic(self, raw: bytes) -> str:
        try:
            topic = raw.decode()
            check_topic(topic)
        except ValueError:
            raise _MalformedError("PUBLISH to something that is not a topic") from None
        if len(self._topics) >= self._topics_limit:
            self._topics.clear()
        if len(raw) <= LONGEST_REMEMBERED:
            self._topics[raw] = topic
        return topic


def _remaining_length(data: bytes, at: int) -> tuple[int, int]:
    """Section 2.2.3: the length at `at` and where the body begins; (-1, 0) when more bytes are needed to tell."""
    length = 0
    for index, byte in enumerate(data[at : at + 4]):
        length |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return length, at + index + 1
    if len(data) >= at + 4:
        raise _MalformedError("remaining length of more than four bytes")
    return -1, 0


def _reply(head: int, body: bytes) -> Reply:
    """What a server answers with."""
    if head == 0x20 and len(body) == 2 and body[0] < 2:
        return Connack(bool(body[0]), body[1])
    if head == 0x40 and len(body) == 2:
        return Puback(body[0] << 8 | body[1])
    if head == 0x90 and len(body) >= 3 and all(code in (0, 1, 2, REFUSED) for code in body[2:]):
        return Suback(body[0] << 8 | body[1], tuple(body[2:]))
    if head == 0xD0 and not body:
        return Pingresp()
    raise _MalformedError(f"malformed {_TYPES[head >> 4]}")


def connect(
    client_id: str,
    keepalive_s: int,
    clean_session: bool,
    username: str | None = None,
    password: str | None = None,
    will: Will | None = None,
) -> bytes:
    """Section 3.1. A password needs a user name; an empty client id needs a clean session."""
    if password is not None and username is None:
        raise ValueError("a password without a user name")
    if not client_id and not clean_session:
        raise ValueError("a lasting session needs a client id")
    flags = clean_session << 1
    fields = [_text(client_id)]
    if will is not None:
        check_topic(will.topic)
        flags |= 1 << 2 | will.qos << 3 | will.retain << 5
        fields += [_text(will.topic), _field(will.payload)]
    if username is not None:
        flags |= 1 << 7
        fields.append(_text(username))
    if password is not None:
        flags |= 1 << 6
        fields.append(_text(password))
    head = _text("MQTT") + bytes((4, flags)) + keepalive_s.to_bytes(2, "big")
    return _packet(0x10, head + b"".join(fields))


def subscribe(packet_id: int, filters: Sequence[tuple[str, int]]) -> bytes:
    """Section 3.8. `filters` are (topic filter, highest QoS)."""
    body = b"".join(_text(topic_filter) + bytes((qos,)) for topic_filter, qos in filters)
    return _packet(0x82, packet_id.to_bytes(2, "big") + body)


def publish(
    topic: str, payload: bytes, qos: int = 0, packet_id: int = 0, retain: bool = False, dup: bool = False
) -> bytes:
    """Section 3.3. QoS 0 has no packet id, QoS 1 has one from 1 to 65535."""
    check_topic(topic)
    if qos not in (0, 1) or (packet_id > 0) != (qos > 0):
        raise ValueError(f"QoS {qos} with packet id {packet_id}")
    identity = packet_id.to_bytes(2, "big") if qos else b""
    return _packet(0x30 | dup << 3 | qos << 1 | retain, _text(topic) + identity + payload)


def puback(packet_id: int) -> bytes:
    """Section 3.4."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def _packet(head: int, body: bytes) -> bytes:
    length = len(body)
    if length > LONGEST_BODY_BYTES:
        raise ValueError(f"packet of {length} bytes")
    out = bytearray((head,))
    while length > 127:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    out.append(length)
    return bytes(out) + body


def _text(text: str) -> bytes:
    return _field(text.encode())


def _field(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
