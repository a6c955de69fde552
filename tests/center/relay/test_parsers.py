"""What the relay reads off a wire: whole it is read rightly, damaged it raises nothing and is bounded."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterable
from functools import partial

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.relay import camera_clock, h264, h265, rtp, sdp, websocket
from center.relay.rtsp_auth import SignIn
from center.relay.rtsp_wire import MOST_HEAD_BYTES, Response, Wire
from tests.center.relay.camera import packets
from tests.center.relay.clips import clip

SESSION = (
    b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nhello"
    b"$\x00\x00\x03abc"
    b"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Basic realm=x\r\n"
    b"WWW-Authenticate: Digest nonce=y\r\n\r\n"
    b"$\x01\x00\x00$\x00\x00\x02de"
)


def film_packets() -> list[bytes]:
    """A film's RTP packets, without what is around them on the connection."""
    found, sequence = [], 65_530
    for number, picture in enumerate(clip(640, 360, frames=12, gop=6, kbps=4000).pictures):
        data, sequence = packets(picture, sequence, 3600 * number)
        at = 0
        while at < len(data):
            size = int.from_bytes(data[at + 2 : at + 4], "big")
            found.append(data[at + 4 : at + 4 + size])
            at += 4 + size
    return found


MUCH = 128 << 10


class Connection:
    """What came of it: responses and packets."""

    def __init__(self) -> None:
        self.responses: list[Response] = []
        self.packets: list[tuple[int, bytes]] = []
        self.wire = Wire({channel: partial(self._packet, channel) for channel in range(2)})

    def _packet(self, channel: int, data: memoryview, begin: int, end: int) -> int:
        self.packets.append((channel, bytes(data[begin + 4 : end])))
        return end

    def receive(self, data: bytes) -> None:
        while data:
            room = self.wire.room()
            taken = min(len(room), len(data))
            room[:taken] = data[:taken]
            self.responses += self.wire.received(taken)
            data = data[taken:]


def units(packets: Iterable[bytes], kind: type[rtp.Depacketiser] = rtp.H264) -> tuple[list[rtp.Unit], rtp.Depacketiser]:
    """What a reader makes of packets that stand one behind the other, as on a connection."""
    found: list[rtp.Unit] = []
    reader = kind(found.append)
    for packet in packets:
        framed = b"$\0" + len(packet).to_bytes(2, "big") + packet
        reader.receive(memoryview(b"before" + framed + b"$behind"), 6, 6 + len(framed))
    return found, reader


@given(st.lists(st.integers(1, 40)))
def test_a_session_is_read_the_same_however_it_is_cut(sizes: list[int]) -> None:
    one, at = Connection(), 0
    for size in [*sizes, len(SESSION)]:
        one.receive(SESSION[at : at + size])
        at += size
    first, refused = one.responses
    assert (first.status, first.body) == (200, b"hello")
    assert (refused.status, refused.several["www-authenticate"]) == (401, ["Basic realm=x", "Digest nonce=y"])
    assert one.packets == [(0, b"abc"), (1, b""), (0, b"de")]
    assert one.wire.garbage == 0


@settings(max_examples=200)
@given(st.binary(max_size=60), st.integers(0, len(SESSION)))
def test_after_garbage_a_session_is_read_on(garbage: bytes, at: int) -> None:
    """A packet's false length may swallow what is behind it, so all must be well a packet's length on."""
    one = Connection()
    one.receive(SESSION[:at] + garbage)
    for _ in range(71):
        one.receive(b"$\x00\x03\xe4" + bytes(996))
    assert one.packets[-1] == (0, bytes(996))


@pytest.mark.parametrize("garbage", [b"$", b"$\xff", b"RTSP", b"RTSP/1.0\r\n", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n", b"x"])
def test_garbage_is_passed_over_in_few_steps(garbage: bytes) -> None:
    """However much of it looks like the beginning of something: all cameras and viewers wait meanwhile."""
    one = Connection()
    steps = 0

    def called(_: object, event: str, __: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        one.receive(garbage * (MUCH // len(garbage)))
    finally:
        sys.setprofile(None)
    assert steps < MUCH // 50
    assert one.wire.garbage > MUCH - MOST_HEAD_BYTES
    one.receive(bytes(MOST_HEAD_BYTES) + SESSION)
    assert [response.status for response in one.responses] == [200, 401]


def test_pictures_are_put_together_as_they_were() -> None:
    film = clip(640, 360, frames=12, gop=6, kbps=4000)
    found, reader = units(film_packets())
    assert [tuple(unit.parts) for unit in found] == list(film.pictures)
    assert [unit.is_key for unit in found] == [number % 6 == 0 for number in range(12)]
    assert [unit.kinds for unit in found] == [h264.kinds(picture) for picture in film.pictures]
    assert (reader.lost, reader.faults) == (0, 0)


@pytest.mark.parametrize("size", [1, 7, 1000, 1418, 4096, 60_000, 1 << 20])
def test_pictures_are_the_same_however_the_connection_cuts_them(size: int) -> None:
    """Reports come between them, and what is read is written over by what is read next."""
    film = clip(640, 360, frames=12, gop=6, kbps=4000)
    found: list[list[bytes]] = []
    reader = rtp.H264(lambda unit: found.append(unit.parts))
    one = Connection()
    one.wire.tap({0: reader.receive, 1: rtp.SenderClock().receive})
    report = b"$\x01\x00\x04\x80\xc8\0\0"
    sent = b"".join(
        b"$\0" + len(packet).to_bytes(2, "big") + packet + report * (number % 9 == 4)
        for number, packet in enumerate(film_packets())
    )
    for at in range(0, len(sent), size):
        one.receive(sent[at : at + size])
    assert [tuple(parts) for parts in found] == list(film.pictures)
    assert (reader.lost, reader.faults, one.wire.garbage) == (0, 0, 0)


def test_after_a_loss_nothing_comes_until_the_next_keyframe() -> None:
    """A picture that lost a packet, and all that refer to it, would only show garbage."""
    film = clip(640, 360, frames=12, gop=6, kbps=4000)
    sent = film_packets()
    missing = next(at for at, packet in enumerate(sent) if packet[4:8] == (3600 * 2).to_bytes(4, "big"))
    found, reader = units(sent[:missing] + sent[missing + 1 :])
    assert [tuple(unit.parts) for unit in found] == [*film.pictures[:2], *film.pictures[6:]]
    assert reader.lost == 1


@pytest.mark.parametrize("seed", range(20))
def test_damaged_packets_raise_nothing_and_whole_pictures_go_on(seed: int) -> None:
    """Bits flip, packets are cut, doubled, lost and replaced; the next group that is whole is given out whole."""
    dice = random.Random(seed)
    film = clip(640, 360, frames=12, gop=6, kbps=4000)
    harmed: list[bytes] = []
    for packet in film_packets() * 3:
        harm = dice.randrange(8)
        damaged = bytearray(packet)
        for _ in range(3):
            damaged[dice.randrange(min(len(damaged), 20))] ^= 1 << dice.randrange(8)
        cut = packet[: dice.randrange(len(packet))]
        harmed += ((bytes(damaged),), (cut,), (packet, packet), (), (dice.randbytes(40),), *[(packet,)] * 3)[harm]
    found, reader = units([*harmed, *film_packets(), *film_packets()])
    assert all(unit.parts and all(unit.parts) for unit in found)
    assert reader.faults + reader.lost > 0
    assert [tuple(unit.parts) for unit in found][-12:] == list(film.pictures)


def test_a_picture_without_end_is_given_up() -> None:
    """Fragments that never end fill no memory."""

    def fragment(number: int, header: int) -> bytes:
        return bytes((0x80, 96)) + number.to_bytes(2, "big") + bytes(8) + bytes((0x7C, header)) + bytes(1000)

    reader = rtp.H264(pytest.fail)  # whatever is given out
    for number in range(6000):
        packet = b"$\0\x03\xf6" + fragment(number, 0x05 if number else 0x85)
        reader.receive(memoryview(packet), 0, len(packet))
        assert sum(map(len, reader._pieces)) <= rtp.MOST_UNIT_BYTES + 2000
    assert reader.faults == 1


def test_a_clock_in_the_stream_is_read_where_it_is_one() -> None:
    """MISB ST 0604's message, its bytes escaped as they have to be, behind another message; a timecode without a date
    and a message that is cut short are none."""
    moment = 1_773_475_800_000_003
    raw = moment.to_bytes(8, "big")
    said = b"MISPmicrosectime\x1f" + raw[:2] + b"\xff" + raw[2:4] + b"\xff" + raw[4:6] + b"\xff" + raw[6:]
    timing = bytes((1, 4)) + b"\0\0\1\2"
    message = timing + bytes((5, len(said))) + said + b"\x80"
    nal = b"\x06" + message.replace(b"\0\0\1", b"\0\0\3\1")
    assert camera_clock.of_h264([b"\x67abc", nal, b"\x65"]) == moment
    assert camera_clock.of_h264([b"\x06" + timing + b"\x80", b"\x65"]) is None
    assert all(camera_clock.of_h264([nal[:size]]) is None for size in range(len(nal) - 1))
    for head in (b"\x4e\x01", b"\x50\x01"):  # H.265's heads have two bytes; before the picture, and behind it
        assert camera_clock.of_h265([b"\x42\x01abc", head + nal[1:], b"\x26\x01a"]) == moment
    assert camera_clock.of_h265([nal]) is None


def test_a_sender_report_that_tells_no_time_is_no_clock() -> None:
    """RFC 3550, 6.4.1: whoever has no notion of the time may write zero, or for how long it has been on."""
    clock = rtp.SenderClock()
    clock.begin(90_000)
    for seconds in (0, 86_400):
        clock.packet(bytes((0x80, 200, 0, 6)) + bytes(4) + seconds.to_bytes(4, "big") + bytes(16))
        assert clock.report is None


def test_aac_and_sender_reports_are_read() -> None:
    payload = (32).to_bytes(2, "big") + (3 << 3).to_bytes(2, "big") + (2 << 3).to_bytes(2, "big") + b"abcde"
    packet = bytes((0x80, 0xE1, 0, 1)) + (5000).to_bytes(4, "big") + bytes(4) + payload
    found, _ = units([packet], rtp.Aac)
    assert [(unit.parts[0], unit.ts) for unit in found] == [(b"abc", 5000), (b"de", 6024)]
    clock = rtp.SenderClock()
    clock.begin(90_000)
    assert clock.report is None
    report = bytes((0x80, 200, 0, 6)) + bytes(4) + (2_208_988_800 + 100).to_bytes(4, "big") + b"\x80\0\0\0"
    clock.packet(report + (0xFFFFFFF0).to_bytes(4, "big") + bytes(8))
    assert clock.report is not None
    assert clock.report.at(0xFFFFFFF0) == 100_500_000
    assert clock.report.at(90_000 - 16) == 101_500_000  # the timestamp has wrapped meanwhile


@settings(max_examples=300)
@given(st.binary(max_size=80))
def test_nothing_from_the_wire_can_raise(data: bytes) -> None:
    """Promise E, for every reader of the relay."""
    Connection().receive(b"RTSP/1.0 " + data)
    Connection().receive(data)
    websocket.Listener().receive(data)
    sdp.media(
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:" + data + b"\r\na=fmtp:96 " + data + b"\r\na=control:" + data, "rtsp://a/b"
    )
    for one in sdp.media(b"m=video 0 RTP/AVP 96\r\na=fmtp:96 sprop-parameter-sets=" + data, "rtsp://a/b"):
        sdp.parameter_sets(one)
    h264.shape(b"\x67" + data)
    h264.configured(data)
    h265.configured(data)
    h265.configured(bytes(22) + data)
    h265.track([b"", bytes((0x42, 1, 1)) + data, b""])
    h264.split_sample(data)
    h264.split_annex_b(data)
    camera_clock.of_h264([b"\x06" + data, b"\x06\x05\x20MISPmicrosectime" + data])
    camera_clock.of_h265([b"\x4e\x01" + data, b"\x50\x01\x05\x20MISPmicrosectime" + data])
    for kind in (rtp.H264, rtp.Plain, rtp.Aac):
        units([data, bytes((0x80, 0x60)) + data], kind)
    clock = rtp.SenderClock()
    clock.packet(data)
    clock.packet(b"\x80\xc8" + data)
    if clock.report is not None:
        clock.report.at(5)
    sign_in = SignIn("a", "b")
    if sign_in.challenged([f"Digest {data.decode('latin-1')}", data.decode("latin-1")]):
        sign_in.header("PLAY", "rtsp://a")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (854, 480), (322, 182), (176, 144)])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv444p"])
def test_the_size_of_a_picture_is_what_another_reader_says(width: int, height: int, pixels: str) -> None:
    """FFmpeg is the oracle, also for sizes that are cropped and for other chroma."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = width, height, pixels, 25
    encoder.options = {"x264-params": "repeat-headers=1:log=-1", "tune": "zerolatency"}
    data = b"".join(bytes(one) for one in encoder.encode(av.VideoFrame(width, height, pixels)))
    sps, pps = (next(nal for nal in h264.split_annex_b(data) if nal[0] & 31 == kind) for kind in (7, 8))
    shape = h264.shape(sps)
    assert shape is not None
    assert (shape.width, shape.height) == (width, height)
    assert h264.configured(h264.configuration(sps, pps)) == [sps, pps]


def test_signing_in_takes_the_strongest_that_is_offered() -> None:
    """RFC 7616's own example (3.9.1), whose cnonce is not ours to choose: so the answer is worked out again from it."""
    sign_in = SignIn("Mufasa", "Circle of Life")
    more = 'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
    assert sign_in.challenged(["Basic realm=x", f"Digest {more}, algorithm=SHA-256", f"Digest {more}, algorithm=MD5"])
    said = sign_in.header("GET", "/dir/index.html")
    assert said is not None
    fields = dict(part.split("=", 1) for part in said.removeprefix("Digest ").split(", "))
    own = fields["cnonce"].strip('"')
    first = hashlib.sha256(b"Mufasa:http-auth@example.org:Circle of Life").hexdigest()
    second = hashlib.sha256(b"GET:/dir/index.html").hexdigest()
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    whole = f"{first}:{nonce}:00000001:{own}:auth:{second}"
    assert fields["response"].strip('"') == hashlib.sha256(whole.encode()).hexdigest()
    assert fields["algorithm"] == "SHA-256"
    assert not sign_in.challenged(["Negotiate", "Digest algorithm=MD5"])
    assert SignIn("a", "b").header("GET", "/") is None
