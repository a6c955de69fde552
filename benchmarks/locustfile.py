"""People and telephones for a load test: operators who watch and act, and devices that publish over MQTT.

Knows: docs/api.md as any client does, and OwnTracks.
Refuses to know: who feeds the center otherwise. `python -m benchmarks.load` (`make load`) starts everything and this.

Its own process: importing locust has gevent patch sockets and threads. Names and addresses come from the environment:
the host from locust's `--host`, the broker as `RTCC_BROKER`.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from typing import Any

import gevent  # type: ignore[import-untyped]
import websocket
from locust import FastHttpUser, between, constant_pacing, task
from locust.contrib.mqtt import MqttClient, MqttUser
from locust.exception import StopUser

BROKER = os.environ.get("RTCC_BROKER", "127.0.0.1:1883")
FRAME_TIMEOUT_S = 10.0
"""The center shows its feeds once a second, so a socket that says nothing for so long is broken."""
_numbers = itertools.count(1)


class OperatorUser(FastHttpUser):
    """Signs in as one of the site's demo people, watches the room, acts on the alerts, and looks at units."""

    weight = 1
    wait_time = between(0.5, 2.0)

    def on_start(self) -> None:
        people = self.client.get("/api/session/demo").json()
        able = [person["operator"] for person in people if person["role"] in ("operator", "supervisor")]
        self.name = random.choice(able)
        self.alerts: dict[str, dict[str, Any]] = {}
        self.units: dict[str, dict[str, Any]] = {}
        with self.client.post("/api/session", json={"operator": self.name}, catch_response=True) as answer:
            if answer.status_code != 200:
                raise StopUser
            cookie = answer.headers["set-cookie"].partition(";")[0]
        self._socket = websocket.create_connection(
            f"ws{str(self.host).removeprefix('http')}/ws/operators", cookie=cookie, timeout=FRAME_TIMEOUT_S
        )
        self._watching = gevent.spawn(self._watch)

    def on_stop(self) -> None:
        self._watching.kill()
        self._socket.close()

    def _watch(self) -> None:
        """Frames, each with how old it is when it comes: its own time against the greeting's."""
        began = time.monotonic()
        greeting: dict[str, Any] = {}
        greeted = 0.0
        try:
            while text := self._socket.recv():
                now = time.monotonic()
                frame = json.loads(text)
                if frame["type"] == "hello":
                    greeting, greeted = frame, now
                elif frame["type"] == "state":
                    self._tell("state", now - began, len(text))
                else:
                    due = greeted + (frame["now"] - greeting["now"]) / 1e6 / greeting["rate"]
                    self._tell("delta", max(0.0, now - due), len(text))
                self.alerts |= {alert["alert"]: alert for alert in frame.get("alerts", ())}
                self.units |= {unit["unit"]: unit for unit in frame.get("units", ())}
        except (OSError, websocket.WebSocketException) as error:
            self._tell("delta", 0.0, 0, error)

    def _tell(self, name: str, took_s: float, size: int, error: Exception | None = None) -> None:
        self.environment.events.request.fire(
            request_type="WS",
            name=name,
            response_time=took_s * 1000,
            response_length=size,
            exception=error,
            context={},
        )

    @task(5)
    def act_on_an_alert(self) -> None:
        """The oldest that nobody has disposed of. Somebody else may be quicker: 409 is an answer, not a failure."""
        waiting = [alert for alert in self.alerts.values() if alert["state"] in ("raised", "acknowledged")]
        if not waiting:
            return
        alert = min(waiting, key=lambda one: one["at"])
        if alert["state"] == "raised":
            self._act(f"/api/alerts/{alert['alert']}/acknowledge", "/api/alerts/[alert]/acknowledge")
        else:
            path = f"/api/alerts/{alert['alert']}/confirm"
            self._act(path, "/api/alerts/[alert]/confirm", action="units sent to look")

    @task(3)
    def look_at_a_unit(self) -> None:
        """Video of other agencies' units is refused: 403 is an answer, not a failure."""
        rostered = [name for name, unit in self.units.items() if unit["agency"]]
        if rostered:
            unit = random.choice(rostered)
            self._act(f"/api/units/{unit}/look", "/api/units/[unit]/look", what="video", reason="load test")

    @task(2)
    def search_a_plate(self) -> None:
        """Without a case: 403 is an answer, not a failure. With the oldest alert's number where there is one."""
        case = next(iter(self.alerts), "26-000001")
        self._act("/api/plates/search", "/api/plates/search", plate="123ABC", reason="alert", case=case)

    @task(2)
    def read_feeds(self) -> None:
        self.client.get("/api/feeds")

    @task(1)
    def read_state(self) -> None:
        self.client.get("/api/state")

    def _act(self, path: str, name: str, **body: str) -> None:
        body["request"] = f"load-{next(_numbers)}-{random.getrandbits(32):x}"
        with self.client.post(path, name=name, json=body, catch_response=True) as answer:
            if answer.status_code in (200, 403, 409):
                answer.success()


class _Client(MqttClient):
    """Names its figures without the topic, of which each telephone has its own."""

    def _generate_event_name(self, event_type: str, qos: int, topic: str) -> str:
        return f"{event_type}:{qos}:{topic.partition('/')[0]}"


class PhoneUser(MqttUser):
    """A telephone with OwnTracks that reports every second at QoS 1."""

    weight = 3
    wait_time = constant_pacing(1.0)
    client_cls = _Client

    def __init__(self, environment: Any) -> None:
        self.host, _, port = BROKER.rpartition(":")  # locust's --host is the operators' address
        self.port = int(port)
        super().__init__(environment)
        self.number = next(_numbers)
        self._lat, self._lon = 30.2 + random.random() / 10, -93.3 + random.random() / 10

    def on_start(self) -> None:
        with gevent.Timeout(10.0, StopUser("the broker does not answer")):
            while not self.client.is_connected():
                gevent.sleep(0.02)

    def on_stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    @task
    def report(self) -> None:
        self._lat += random.uniform(-1e-4, 1e-4)
        self._lon += random.uniform(-1e-4, 1e-4)
        said = {"_type": "location", "lat": round(self._lat, 6), "lon": round(self._lon, 6), "tid": "ld", "vel": 30}
        self.client.publish(f"owntracks/load/phone-{self.number}", json.dumps(said), qos=1)
