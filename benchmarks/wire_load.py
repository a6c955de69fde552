"""The flood for `wire.py`: positions and plate reads to an MQTT broker at a steady rate, whatever happens.

Knows: what a message of the mix looks like and when each is due: open loop, over a raw socket, with packets that are
made in advance but for a number and a time.
Refuses to know: brokers' and readers' names, and how fast they are.

Four of five messages are an OwnTracks position of one of 400 units, the fifth a Rekor plate read of about 4 KB with its
picture, as in the parish. Every so often a read is of a listed plate; its id says which message it was.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from center.links.mqtt_frames import connect, publish
from twin.devices import rekor
from twin.devices.crop import plate_crop
from twin.devices.reads import Camera, Candidate, Look

LOOPBACK = "127.0.0.1"
UNITS, CAMERAS = 400, 40
READ_EVERY, LISTED_EVERY = 5, 100
LISTED = 40_000
TICK_S = 0.001
_NUMBER, _MILLIS, _SECONDS, _PLATE, _STEP = "0" * 10, "9" * 13, "8" * 10, "P" * 7, "5" * 4


class Flood(NamedTuple):
    """`messages` of them, `rate` a second, to topics below `prefix`, numbered from `first`."""

    port: int
    prefix: str
    rate: float
    messages: int
    first: int


def listed_plate(number: int) -> str:
    """The listed plate that is read in message `number`, a multiple of `LISTED_EVERY`; each of them once."""
    return f"ZW{number // LISTED_EVERY % LISTED:05d}"


def frames(flood: Flood) -> Iterator[bytes]:
    """The messages, each as an MQTT packet at QoS 0. All of a kind are of one size."""
    positions = [_position(flood.prefix, unit) for unit in range(UNITS)]
    reads = [_read(flood.prefix, camera) for camera in range(CAMERAS)]
    for number in range(flood.first, flood.first + flood.messages):
        now_ms = time.time_ns() // 1_000_000
        if number % READ_EVERY:
            step = abs(number // UNITS % 2000 - 1000)  # there and back again
            yield positions[number % UNITS] % {b"step": b"%04d" % step, b"s": b"%d" % (now_ms // 1000)}
        else:
            plate = f"X{number // READ_EVERY % 1_000_000:06d}" if number % LISTED_EVERY else listed_plate(number)
            filled = {b"number": b"%010d" % number, b"ms": b"%d" % now_ms, b"plate": plate.encode()}
            yield reads[number // READ_EVERY % CAMERAS] % filled


def _position(prefix: str, unit: int) -> bytes:
    lat, lon = f"30.{_STEP}{unit:03d}", f"{-93.2 - unit / 10_000:.4f}"
    body = (
        f'{{"_type":"location","acc":5,"batt":87,"conn":"m","lat":{lat},"lon":{lon},"t":"t","tid":"{unit % 100:02d}"'
        f',"tst":{_SECONDS},"vel":45,"cog":90,"alt":5}}'
    )
    frame = publish(f"{prefix}owntracks/bench/U{unit:03d}", body.encode())
    return _template(frame, {_STEP: b"%(step)b", _SECONDS: b"%(s)b"})


def _read(prefix: str, camera: int) -> bytes:
    one = Camera("B" * 40, camera + 1, f"reader-{camera}", 30.2 + camera / 100, -93.2)
    look = Look("Ford", "F-150", "white", "truck", 90.0, 95.0)
    candidates = [Candidate(_PLATE, 93.5, True)]
    jpeg = plate_crop(f"AB{camera:04d}", "LA").jpeg
    millis = int(_MILLIS)
    body = rekor.alpr_group(one, f"bench-{_NUMBER}", millis, millis, candidates, "LA", 92.0, look, jpeg)
    frame = publish(f"{prefix}plates/reader-{camera}", body)
    return _template(frame, {_NUMBER: b"%(number)b", _MILLIS: b"%(ms)b", _PLATE: b"%(plate)b"})


def _template(frame: bytes, places: dict[str, bytes]) -> bytes:
    frame = frame.replace(b"%", b"%%")
    for mark, place in places.items():
        assert mark.encode() in frame
        frame = frame.replace(mark.encode(), place)
    return frame


def send(flood: Flood, start_s: float) -> tuple[int, float]:
    """Send each message at its time, counted from `start_s` (monotonic); those that are late, at once. Returns how many
    left and how late the last one did."""
    late_s = 0.0
    sent = 0
    making = frames(flood)
    with socket.create_connection((LOOPBACK, flood.port)) as sock:
        sock.sendall(connect(f"flood-{flood.first}", 600, clean_session=True))
        sock.recv(4)
        while sent < flood.messages:
            time.sleep(max(TICK_S / 2, start_s - time.monotonic()))
            due = min(flood.messages, int((time.monotonic() - start_s) * flood.rate) + 1)
            # Never more than a few ticks in one piece: what is made late would else be sent later still.
            batch = [next(making) for _ in range(min(due - sent, max(64, int(flood.rate * TICK_S * 4))))]
            sock.sendall(b"".join(batch))
            sent += len(batch)
            late_s = time.monotonic() - start_s - sent / flood.rate
        sock.sendall(b"\xe0\x00")
    return sent, late_s


def main() -> None:
    """As a process: the flood's fields on the command line, the moment to start on standard input."""
    port, prefix, rate, messages, first = sys.argv[1:]
    flood = Flood(int(port), prefix, float(rate), int(messages), int(first))
    print("ready", flush=True)
    sent, late_s = send(flood, float(sys.stdin.readline()))
    print(json.dumps({"sent": sent, "late_s": late_s}), flush=True)


if __name__ == "__main__":
    main()
