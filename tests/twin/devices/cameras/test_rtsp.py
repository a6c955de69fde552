"""The cameras' RTSP, word for word: what a strict client may rely on, and what a careless one is told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import pytest

from tests.patience import PATIENCE_S
from tests.twin.devices.cameras.client import Client, Packet, access_units, authorization, challenge
from tests.twin.devices.cameras.served import SMALL, Running, camera, decoded, read_message, serving
from twin.devices.cameras.things import Shot
from twin.devices.faults import Reboot

pytestmark = pytest.mark.wire

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"
NTP_S = 2_208_988_800


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    cameras = {"dash": camera(), "microphone": camera("microphone")}
    with serving(cameras, session_s=2) as served:
        yield served


@pytest.fixture
def client(running: Running) -> Iterator[Client]:
    one = Client(running.server.port)
    yield one
    one.close()


def set_up(client: Client, running: Running, path: str = "dash", transport: str = TCP) -> str:
    """A session with its first track; returns its name."""
    answer = client.ask("SETUP", f"{running.url}/{path}/trackID=0", Transport=transport)
    assert answer.status == 200
    return answer.header("session").partition(";")[0]


def test_each_mistake_has_its_status(client: Client, running: Running) -> None:
    """RFC 2326, section 11; and the connection goes on."""
    url = running.url
    assert client.ask("DESCRIBE", f"{url}/nothing").status == 404
    assert client.ask("DESCRIBE", f"{url}/dash", Accept="text/html").status == 406
    assert client.ask("DESCRIBE", f"{url}/dash", Require="funky-feature").status == 551
    assert client.ask("DESCRIBE", f"{url}/dash", version="RTSP/2.0").status == 505
    assert client.ask("RECORD", f"{url}/dash").status == 501
    assert client.ask("PLAY", f"{url}/dash", Session="12345678").status == 454
    assert client.ask("SETUP", f"{url}/dash/trackID=0", Transport="RTP/AVP;multicast").status == 461
    session = set_up(client, running)
    assert client.ask("PLAY", f"{url}/dash", Session=session, Range="smpte=0:10:20-").status == 457
    assert client.ask("SETUP", f"{url}/microphone/trackID=0", Session=session, Transport=TCP).status == 455
    assert client.ask("GET_PARAMETER", f"{url}/dash", Session=session, body=b"packets_lost\r\n").status == 451
    assert client.ask("TEARDOWN", f"{url}/dash", Session=session).status == 200
    assert client.ask("PAUSE", f"{url}/dash", Session=session).status == 454
    assert "PLAY" in client.ask("OPTIONS", "*").header("public")


def test_what_is_no_request_ends_the_connection(running: Running) -> None:
    """With 400 where that can be said, and without harm to anybody in any case."""
    for garbage, said in ((b"\x16\x03\x01 hello\r\n\r\n", 400), (b"PLAY\r\n\r\n", 400), (b"A" * 40_000, None)):
        client = Client(running.server.port)
        client.send(garbage)
        if said is not None:
            assert client.answer().status == said
        assert client.is_closed()
        client.close()
    fine = Client(running.server.port)
    assert fine.ask("DESCRIBE", f"{running.url}/dash").status == 200
    fine.close()


def test_the_last_answer_arrives_whatever_was_sent_behind_the_request(running: Running) -> None:
    """What lies unread when a connection is closed resets it, and takes along the answer that is under way."""
    client = Client(running.server.port)
    client.send(b"PLAY\r\n\r\n" + bytes(400_000))
    assert client.answer().status == 400
    assert client.rest() == b""
    client.close()


def test_the_first_packet_is_the_one_that_was_announced(client: Client, running: Running) -> None:
    """RTP-Info tells number and time stamp; before it a sender's report says what the camera's clock shows then; it
    begins with SPS, PPS, SEI and an IDR; the marker ends each picture."""
    session = set_up(client, running)
    answer = client.ask("PLAY", f"{running.url}/dash", Session=session, Range="npt=0.000-")
    asked_us = time.time_ns() // 1000
    told = dict(part.split("=", 1) for part in answer.header("rtp-info").split(";"))
    assert told["url"] == f"{running.url}/dash/trackID=0"
    while sum(packet.channel == 0 and bool(packet.data[1] & 0x80) for packet in client.packets) < 20:
        client.packet()
    report = client.packets[0]
    assert (report.channel, report.kind) == (1, 200)
    clock_s = int.from_bytes(report.data[8:12], "big") - NTP_S + int.from_bytes(report.data[12:16], "big") / 2**32
    assert abs(clock_s * 1e6 - asked_us) < 1_000_000
    media = [packet for packet in client.packets if packet.channel == 0]
    assert media[0].sequence == int(told["seq"])
    assert 0 <= media[0].stamp - int(told["rtptime"]) < 90_000
    assert {packet.sequence - media[0].sequence for packet in media} == set(range(len(media)))
    units = access_units(media)
    assert [nal[0] & 31 for nal in units[0][1]] == [7, 8, 6, 5]
    assert [nal[0] & 31 for nal in units[1][1]] == [6, 1]
    clocks = [
        message.clock_us for picture in decoded([nals for _, nals in units]) if (message := read_message(picture))
    ]
    assert len(clocks) == len(units)
    ticks = [after - before for (before, _), (after, _) in pairwise(units)]
    beats = [tick / (SMALL.step_us * 0.09) for tick in ticks]  # some are left out on a busy machine
    assert all(beat > 0.99 and abs(beat - round(beat)) < 0.01 for beat in beats)
    at_first_us = clock_s * 1e6 + (units[0][0] - report_stamp(report)) / 0.09
    assert clocks[0] == pytest.approx(at_first_us, abs=200_000)


def report_stamp(report: Packet) -> int:
    return int.from_bytes(report.data[16:20], "big")


def test_a_key_frame_comes_at_once(running: Running) -> None:
    """Within a tenth of a second of asking, on a machine with time: whoever joins while others watch does not wait for
    the next one that is due."""
    first, second = Client(running.server.port), Client(running.server.port)
    for client in (first, second):
        session = set_up(client, running)
        client.ask("PLAY", f"{running.url}/dash", Session=session)
        while not any(packet.channel == 0 and packet.data[1] & 0x80 for packet in client.packets):
            client.packet()
        media = [packet for packet in client.packets if packet.channel == 0]
        assert access_units(media)[0][1][-1][0] & 31 == 5
    first.close()
    second.close()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_either_digest_opens_the_door(algorithm: str) -> None:
    """RFC 2617 and RFC 7616. A proof for another method, address or nonce opens nothing."""
    with serving({"dash": camera(), "other": camera()}, {"rtcc": "secret"}) as running:
        client, url = Client(running.server.port), f"rtsp://127.0.0.1:{running.server.port}/dash"
        assert client.ask("OPTIONS", url).status == 200
        refused = client.ask("DESCRIBE", url)
        assert refused.status == 401
        of = challenge(refused, algorithm)
        good = authorization(of, "DESCRIBE", url, "rtcc", "secret")
        assert client.ask("DESCRIBE", url, Authorization=good).status == 200
        for bad in (
            authorization(of, "DESCRIBE", url, "rtcc", "Secret"),
            authorization(of, "DESCRIBE", url, "rtc", "secret"),
            authorization(of, "PLAY", url, "rtcc", "secret"),
            authorization(of, "DESCRIBE", url.replace("dash", "other"), "rtcc", "secret"),
            "Basic cnRjYzpzZWNyZXQ=",
        ):
            assert client.ask("DESCRIBE", url, Authorization=bad).status == 401
        old = authorization({**of, "nonce": "0.0123"}, "DESCRIBE", url, "rtcc", "secret")
        assert challenge(client.ask("DESCRIBE", url, Authorization=old), algorithm)["stale"] == "true"
        track = authorization(of, "SETUP", url, "rtcc", "secret")  # signed for the whole, as some do
        assert client.ask("SETUP", f"{url}/trackID=0", Transport=TCP, Authorization=track).status == 200
        client.close()


def test_a_silent_viewer_is_let_go(running: Running) -> None:
    """By UDP nobody knows that a viewer has died: its session ends after its time, and the camera comes to rest. A sign
    of life keeps it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        port = here.getsockname()[1]
        client = Client(running.server.port)
        session = set_up(client, running, transport=f"RTP/AVP;unicast;client_port={port}-{port + 1}")
        assert client.ask("PLAY", f"{running.url}/dash", Session=session).status == 200
        here.settimeout(PATIENCE_S)
        began = time.monotonic()
        while time.monotonic() - began < 2.5:
            assert here.recv(2048)[0] == 0x80
            assert client.ask("GET_PARAMETER", f"{running.url}/dash", Session=session).status == 200
        house = running.server.house
        here.settimeout(0.1)
        while session in running.do(lambda: list(house.sessions)):
            with suppress(TimeoutError):
                here.recv(2048)
        assert running.do(lambda: house.cameras["dash"].watched) == 0
        client.close()


def test_a_reboot_drops_everybody() -> None:
    """In the middle of a picture or not; nobody gets an answer until it is up again, and then its clock begins anew."""
    restarts = Reboot(on="*", from_s=2.0, for_s=2.0, settle_s=60.0)
    with serving({"dash": camera(faults=[restarts])}) as running:
        watching = Client(running.server.port)
        session = set_up(watching, running)
        watching.ask("PLAY", f"{running.url}/dash", Session=session)
        assert watching.is_closed()
        assert running.server.house.sessions == {}
        watching.close()
        asking = Client(running.server.port)
        with pytest.raises(EOFError):
            asking.ask("DESCRIBE", f"{running.url}/dash")
        asking.close()
        while not running.do(lambda: running.server.house.cameras["dash"].now().reachable):
            pass
        again = Client(running.server.port)
        session = set_up(again, running)
        again.ask("PLAY", f"{running.url}/dash", Session=session)
        report = again.packet()
        assert int.from_bytes(report.data[8:12], "big") - NTP_S == pytest.approx(946_684_800, abs=30)
        again.close()


def test_pause_and_play_go_on_where_they_were(client: Client, running: Running) -> None:
    session = set_up(client, running)
    url = f"{running.url}/dash"
    client.ask("PLAY", url, Session=session)
    while sum(packet.channel == 0 for packet in client.packets) < 3:
        client.packet()
    assert client.ask("PAUSE", url, Session=session).status == 200
    before = [packet for packet in client.packets if packet.channel == 0][-1]
    count = len(client.packets)
    assert client.ask("GET_PARAMETER", url, Session=session).status == 200
    assert len(client.packets) == count
    client.ask("PLAY", url, Session=session)
    while client.packet().channel != 0:
        pass
    after = client.packets[-1]
    assert after.sequence == (before.sequence + 1) & 0xFFFF
    assert after.stamp > before.stamp


def test_a_slow_viewer_loses_whole_pictures_and_nobody_else_does() -> None:
    """It does not read for a while: what waits for it is bounded, the other viewer's pictures come one by one, and when
    it reads again, everything it gets is whole and goes on with a key frame."""
    with serving({"film": camera(shot=Shot(640, 360, 25, 2000, 25))}) as running:
        slow, fast = Client(running.server.port, buffer_bytes=16_384), Client(running.server.port)
        sessions = []
        for client in (slow, fast):
            sessions.append(set_up(client, running, "film"))
            client.ask("PLAY", f"{running.url}/film", Session=sessions[-1])
        session = running.server.house.sessions[sessions[0]]
        while session.dropped < 20:
            fast.packet()
        seen: list[int] = []
        while not (gaps := [(a, b) for a, b in pairwise(seen) if b != a + 1]) or seen[-1] < gaps[-1][1] + 5:
            for _ in range(50):
                slow.packet()
            seen = numbers_of(slow)
        numbers = numbers_of(fast)
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        units = access_units([packet for packet in slow.packets if packet.channel == 0])
        firsts = {number: unit[1][-1][0] & 31 for number, unit in zip(seen, units, strict=True)}
        assert all(firsts[after] == 5 for _, after in gaps)
        slow.close()
        fast.close()


def numbers_of(client: Client) -> list[int]:
    """Frames' numbers, out of their messages."""
    units = access_units([packet for packet in client.packets if packet.channel == 0])
    numbers = []
    for _, nals in units:
        message = next(nal for nal in nals if nal[0] & 31 == 6).replace(b"\0\0\3", b"\0\0")
        numbers.append(int.from_bytes(message[21:25], "big"))
    return numbers
