"""Load on a center that dies again and again, and a record of everything it has ever acknowledged.

Knows: devices that keep talking, people who keep acting, terminals that keep listening, each over real sockets and
each trying again when the center is away.
Refuses to know: when the center dies, and what must be true afterwards (see the test).
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests import devices
from tests.devices import Wire
from tests.running import PATIENCE_S, Answer, Console, Office, becomes
from tests.servers import LOOPBACK
from twin.devices import terminal

WANTED = [f"WNT{number:03d}" for number in range(400)]
PACE_S = 0.004


class Granted(NamedTuple):
    """An act that was answered `granted`."""

    operator: str
    act: str
    alert: str
    request: str
    action: str | None


class Storm:
    """`reads` were answered 200; `fixes` (by latitude) were taken by the broker; `granted` are acts; `heard` are bodies
    by message id, as often as they came; `shown` is what stood behind each alert id."""

    def __init__(self, center: Office, broker: int) -> None:
        self.reads: set[str] = set()
        self.granted: list[Granted] = []
        self.heard: dict[str, list[bytes]] = defaultdict(list)
        self.shown: dict[str, set[tuple[object, ...]]] = defaultdict(set)
        self.failed: list[BaseException] = []
        self._center = center
        self._broker = broker
        self._over = threading.Event()
        self._published: dict[int, float] = {}
        self._taken: set[int] = set()
        self._phone = self._client("phones")
        self._phone.on_publish = lambda _client, _userdata, mid, *_: self._taken.add(mid)
        self._terminals = self._client("terminals")
        self._terminals.on_connect = lambda client, *_: client.subscribe("terminals/+/in", qos=1)
        self._terminals.on_message = self._message
        works = (self._radios, self._cameras, self._phones, self._operate("ada"), self._operate("ben"))
        self._threads = [threading.Thread(target=self._guarded, args=(work,), daemon=True) for work in works]

    def begin(self) -> None:
        devices.drop(self._center.folder / "lists", "wanted.csv", devices.hot_list(WANTED))
        for client in (self._phone, self._terminals):
            client.connect(LOOPBACK, self._broker, keepalive=30)
            client.loop_start()
        for thread in self._threads:
            thread.start()

    def calm(self) -> None:
        """Nobody says anything new, and what was said has left; terminals go on listening."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
        becomes(lambda: self._taken >= self._published.keys())

    def end(self) -> None:
        self._over.set()
        for client in (self._phone, self._terminals):
            client.disconnect()
            client.loop_stop()

    @property
    def fixes(self) -> set[float]:
        taken = self._taken & self._published.keys()  # one may be taken before it is noted that it was published
        return {round(self._published[mid], 6) for mid in taken}

    def _client(self, name: str) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"storm-{name}", clean_session=False)
        client.reconnect_delay_set(1, 1)
        return client

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self.failed.append(error)
            raise

    def _radios(self) -> None:
        serial = 0
        with Wire(self._center) as wire:
            while not self._over.wait(PACE_S):
                serial += 1
                wire.udp("avl", devices.nmea_report(("SO-1", "SO-2")[serial % 2], serial // 100))

    def _cameras(self) -> None:
        """Reads, one after the other, each until it is answered; every third is of a wanted car."""
        serial = 0
        with Wire(self._center) as wire:
            while not self._over.is_set():
                serial += 1
                plate = WANTED[serial // 3 % len(WANTED)] if serial % 3 == 0 else f"XYZ{serial:04d}"
                body = devices.plate_read(plate, serial)
                while not self._over.wait(PACE_S):
                    if _status(lambda: wire.post("lpr", body)) == 200:  # noqa: B023  # called at once
                        self.reads.add(json.loads(body)["best_uuid"])
                        break

    def _phones(self) -> None:
        serial = 0
        while not self._over.wait(PACE_S):
            serial += 1
            body = devices.owntracks_report("SO-3", serial)
            self._published[self._phone.publish("owntracks/so/SO-3", body, qos=1).mid] = devices.fix(serial).lat

    def _message(self, client: Any, _userdata: Any, message: Any) -> None:
        """Every second message is acknowledged."""
        body = bytes(message.payload)
        said = json.loads(body)
        self.heard[said["id"]].append(body)
        if sum(said["id"].encode()) % 2:
            unit = message.topic.split("/")[1]
            client.publish(f"terminals/{unit}/out", terminal.ack(said["id"], devices.now_us()), qos=1)

    def _operate(self, name: str) -> Callable[[], None]:
        def work() -> None:
            console: Console | None = None
            serial = 0
            while not self._over.wait(PACE_S):
                try:
                    console = console or Console(self._center.api, name)
                    alerts = self._look(console)
                except (OSError, http.client.HTTPException):
                    console = None  # sessions end with the center
                    continue
                for alert in alerts[:3]:
                    serial += 1
                    self._act(console, name, alert, f"{name}-{serial}")

        return work

    def _look(self, console: Console) -> list[dict[str, Any]]:
        answer = console.get("/api/state")
        if answer.status != 200:
            raise OSError(answer.status)
        alerts: list[dict[str, Any]] = answer.said.get("alerts", [])
        for alert in alerts:
            self.shown[alert["alert"]].add((alert["kind"], alert["subject"], alert["at"]))
        return [alert for alert in alerts if alert["state"] in ("raised", "acknowledged")]

    def _act(self, console: Console, name: str, alert: dict[str, Any], request: str) -> None:
        """One act, tried once; what was not answered may or may not have happened."""
        body: dict[str, Any] = {"request": request}
        act = "acknowledge"
        if alert["state"] == "acknowledged":
            act = "confirm"
            body["action"] = f"by {request}"
        answer = _answer(lambda: console.post(f"/api/alerts/{alert['alert']}/{act}", body))
        if answer is not None and answer.status == 200:
            self.granted.append(Granted(name, act, alert["alert"], request, body.get("action")))


def _status(call: Callable[[], int]) -> int:
    try:
        return call()
    except (OSError, http.client.HTTPException):
        return 0


def _answer(call: Callable[[], Answer]) -> Answer | None:
    try:
        return call()
    except (OSError, http.client.HTTPException):
        return None
