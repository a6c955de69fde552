"""Promise E, for a running center: whatever comes over whichever link, it stays up, says so, and goes on working.

To see this test fail: take the fold out of `Intake`, let a decoder raise and take the second lock out of
`Intake.arrive`, or let a route of the operators' interface use a body before it is checked.
"""

from __future__ import annotations

import http.client
import os
import random
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from websockets.exceptions import ConnectionClosed

from center.core.events import FeedFaulted
from center.intake import FAULTS_A_MINUTE
from center.store.journal import read
from tests import devices
from tests.devices import Wire, place
from tests.running import LINKS, PATIENCE_S, Console, Office, becomes, office
from tests.servers import LOOPBACK, embedded_broker
from twin.devices import terminal

pytestmark = pytest.mark.wire

DEEP = b"[" * 100_000
ODD_BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"{}",
    DEEP,
    b'{"a":' * 20_000,
    b'{"action": 1, "request": {}}',
    b'{"action": "\\ud800", "disposition": "\\u0000"}',
    b'{"\\ud800": 1}',
    b'{"what": "video", "reason": NaN}',
    b'{"plate": "' + b"9" * 50_000 + b'"}',
    b"\xff\xfe\x00" * 100,
)
ODD_TOPICS = (
    "phones/x",
    "owntracks",
    "owntracks/",
    "owntracks//",
    "owntracks/é/\u2603",
    "terminals//out",
    "terminals/a b/out",
)


def junk(dice: random.Random, valid: bytes) -> Iterator[bytes]:
    """Noise, and what is left of a message when it has been cut, flipped, doubled or filled up."""
    yield from (b"", b"\0", b"\n" * 500, b"\xff" * 4096, dice.randbytes(1400), valid * 50)
    for _ in range(200):
        at = dice.randrange(len(valid))
        yield dice.choice(
            (
                valid[:at],
                valid[at:],
                valid[:at] + dice.randbytes(dice.randrange(1, 20)) + valid[at:],
                valid[:at] + dice.randbytes(1) + valid[at + 1 :],
                dice.randbytes(dice.randrange(1, 600)),
            )
        )


VALID: dict[str, Callable[[], bytes]] = {
    "avl": lambda: devices.nmea_report("SO-1"),
    "modems": lambda: devices.nmea_report("SO-2"),
    "taip": lambda: devices.taip_report("SO-3"),
    "gateway": lambda: devices.taip_report("PD-1"),
    "adsb": lambda: devices.sbs_report("a1b2c3"),
    "phones": lambda: devices.owntracks_report("SO-4"),
    "lpr": lambda: devices.plate_read("WNT001"),
    "calls": lambda: devices.call_opened("1"),
    "wanted": lambda: devices.hot_list(["WNT001"]),
    "terminals": lambda: terminal.status("enroute"),
}


@contextmanager
def publisher(port: int) -> Iterator[paho.Client]:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect(LOOPBACK, port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def receiver(center: Office) -> Iterator[socket.socket]:
    """The receiver that the center connects to."""
    with socket.create_server(place(center.feeds["adsb"])) as server:
        server.settimeout(PATIENCE_S)
        yield server


def flood_links(center: Office, wire: Wire, dice: random.Random) -> None:
    for feed in ("avl", "taip"):
        for data in junk(dice, VALID[feed]()):
            wire.udp(feed, data)
    for feed, hang_up in product(("modems", "gateway"), (False, True)):
        for data in junk(dice, VALID[feed]()):
            wire.tcp(feed, data)
            if hang_up:
                wire.hang_up(feed)
    for feed in ("lpr", "calls"):
        for data in (*junk(dice, VALID[feed]()), DEEP):
            kind = dice.choice(("application/json", "multipart/form-data; boundary=x", "text/plain", ""))
            assert wire.post(feed, data, kind) == 200, "a webhook that is refused comes again for ever"
    for number, data in enumerate((*junk(dice, VALID["wanted"]()), os.urandom(300_000))):
        wire.drop(f"list-{number}.csv", data)
    (center.folder / "lists" / "folder.csv").mkdir()
    (center.folder / "lists" / "link.csv").symlink_to("/etc/passwd")
    Path(os.fsdecode(os.fsencode(center.folder) + b"/lists/\xff\xfe.csv")).write_bytes(b"x")


def flood_broker(broker: int, dice: random.Random) -> None:
    with publisher(broker) as client:
        said = [
            client.publish(dice.choice((topic, *ODD_TOPICS)), data, qos=dice.randrange(2))
            for feed, topic in (("phones", "owntracks/so/SO-4"), ("terminals", "terminals/SO-1/out"))
            for data in junk(dice, VALID[feed]())
        ]
        said.append(client.publish("owntracks/so/SO-4", os.urandom(500_000), qos=1))
        said.append(client.publish("terminals/SO-1/out", DEEP, qos=1))
        for one in said:
            one.wait_for_publish(PATIENCE_S)


def flood_raw(center: Office, dice: random.Random) -> None:
    """Not even HTTP, on every port that expects it."""
    for at in (center.api, place(center.feeds["lpr"])):
        for data in (
            b"\0" * 1000,
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST /rekor HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            dice.randbytes(70_000),
        ):
            with socket.create_connection(at, PATIENCE_S) as sock, suppress(OSError):
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65_536):
                    pass


def flood_api(center: Office, console: Console) -> Counter[int]:
    """Every act with every odd body, and odd subjects. Returns how often each status was answered."""
    paths = (
        "/api/session",
        "/api/alerts/a1.1/acknowledge",
        "/api/alerts/%00%ff/confirm",
        "/api/alerts/a1.1/dismiss",
        "/api/units/SO-1/look",
        f"/api/units/{'x' * 5000}/message",
        "/api/plates/search",
    )
    answered = Counter(console.post(path, body).status for path, body in product(paths, ODD_BODIES))
    answered += Counter(console.get(path).status for path in ("/api/pictures/..%2f..%2fetc%2fpasswd", "/api/%00"))
    for frame in (b"\0\1", "junk", "x" * 100_000):
        with console.watch() as watching, suppress(ConnectionClosed):
            watching.send(frame)
            watching.recv(PATIENCE_S)
    return answered


def check_every_feed_still_works(
    center: Office, wire: Wire, broker: int, planes: socket.socket, console: Console
) -> None:
    def is_there(kind: str, **fields: object) -> bool:
        return any(fields.items() <= thing.items() for thing in console.state().get(kind, ()))

    with publisher(broker) as client:
        client.publish("owntracks/so/SO-4", VALID["phones"](), qos=1).wait_for_publish(PATIENCE_S)
        client.publish("terminals/SO-1/out", VALID["terminals"](), qos=1).wait_for_publish(PATIENCE_S)
        for feed in ("avl", "taip"):
            wire.udp(feed, VALID[feed]())
        for feed in ("modems", "gateway"):
            wire.tcp(feed, b"\r\n" + VALID[feed]())
        with planes.accept()[0] as sending:
            sending.sendall(VALID["adsb"]())
            becomes(lambda: is_there("aircraft", icao="a1b2c3"))
        for unit in ("SO-1", "SO-2", "SO-3", "SO-4", "PD-1"):
            becomes(lambda: is_there("units", unit=unit))  # noqa: B023  # called at once
        becomes(lambda: is_there("units", unit="SO-1", status="enroute"))
    assert wire.post("calls", VALID["calls"]()) == 200
    becomes(lambda: is_there("incidents", state="open"))
    wire.drop("good.csv", VALID["wanted"]())
    assert wire.post("lpr", VALID["lpr"]()) == 200
    becomes(lambda: console.alerts(kind="hotlist-hit", state="raised"))
    alert = console.alerts(kind="hotlist-hit")[0]["alert"]
    assert console.post(f"/api/alerts/{alert}/confirm", {"action": "go"}).status == 200


def test_garbage_on_every_link_stops_nothing(tmp_path: Path) -> None:
    """Links, interface and sockets are fed what makes no sense: no answer is a 500, faults are counted, and told only
    so often that they cannot fill the journal; then every feed works."""
    dice = random.Random(5)
    with (
        embedded_broker() as broker,
        office(tmp_path, broker.port) as center,
        receiver(center) as planes,
        Wire(center) as wire,
    ):
        console = center.console()
        with planes.accept()[0] as receiving:
            for data in (*junk(dice, VALID["adsb"]()), dice.randbytes(1 << 20)):
                receiving.sendall(data)
        flood_links(center, wire, dice)
        flood_broker(broker.port, dice)
        flood_raw(center, dice)
        answered = flood_api(center, console)
        assert answered.keys() <= {400, 401, 403, 404, 405, 413, 422}, answered
        check_every_feed_still_works(center, wire, broker.port, planes, console)

        feeds = {feed["feed"]: feed for feed in console.get("/api/feeds").said}
        for name in LINKS:
            assert feeds[name].get("faults", 0) > FAULTS_A_MINUTE, feeds[name]
    told = Counter(
        event.source.partition("/")[0] for _, event in read(center.journal) if isinstance(event, FeedFaulted)
    )
    minutes = 2  # however slow the machine is
    for name in LINKS:
        assert 0 < told[name] <= minutes * (FAULTS_A_MINUTE + 1), (name, told[name], feeds[name])


def test_a_broken_connection_is_not_the_end_of_a_feed(tmp_path: Path) -> None:
    """Three hundred connections that come and go in the middle of a message, and one that keeps talking."""
    with office(tmp_path) as center, Wire(center) as wire:
        console = center.console()
        for serial in range(300):
            with socket.create_connection(place(center.feeds["modems"]), PATIENCE_S) as sock:
                sock.sendall(devices.nmea_report(f"XX-{serial}")[: serial % 70])
        with suppress(http.client.HTTPException):
            wire.tcp("modems", devices.nmea_report("SO-2"))
        becomes(lambda: any(unit["unit"] == "SO-2" for unit in console.state().get("units", ())))
