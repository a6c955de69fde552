"""A real center for tests: a small site of its own, run as the process that an office would run.

Knows: a site with every kind of link on free ports, how to start, kill and stop its center, and how a person at a
console reaches it.
Refuses to know: what devices say (see devices.py), and what is tested.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from websockets.sync.client import ClientConnection, connect

from tests.patience import PATIENCE_S
from twin.center_process import LOOPBACK, CenterProcess, free_port

LINKS: dict[str, tuple[str, str]] = {
    "avl": ("nmea", "udp"),
    "modems": ("nmea", "tcp-listen"),
    "taip": ("taip", "udp"),
    "gateway": ("taip", "tcp-listen"),
    "adsb": ("sbs", "tcp"),
    "phones": ("owntracks", "mqtt"),
    "lpr": ("rekor", "http"),
    "calls": ("eido", "http"),
    "wanted": ("hotlist", "folder"),
    "terminals": ("terminal", "mqtt"),
}
"""Every feed of the small site: the format it speaks and the link it comes by."""
TOPICS = {"phones": "owntracks/#", "terminals": "terminals/+/out"}
PATHS = {"lpr": "/rekor", "calls": "/eido"}
OWN_UNITS = ("SO-1", "SO-2", "SO-3", "SO-4")
PARTNER_UNIT = "PD-1"
READERS = ("R1", "R2")
AGENT = "0123456789012345678901234567890123456789"
CASES = ["26-1", "26-7", "26-8", *(f"26-000{number}" for number in (117, 131, 133, 371, 388, 402, 417, 430))]
ADMINISTRATOR = {"operator": "adm", "name": "Adm", "agency": "SO", "role": "administrator"}
"""Of whom most tests have no need."""
TOKEN = "correct horse battery staple"


def tables(broker: int | None = None, *, simulated: bool = True, **policy: Any) -> dict[str, Any]:
    """A site file as tables. Without a broker the feeds and terminals that need one are left out. On a real site every
    person's token is TOKEN."""
    taken: set[int] = set()
    web = free_port(taken)
    feeds = [
        _feed(name, broker, web, taken) for name, (_, link) in LINKS.items() if broker is not None or link != "mqtt"
    ]
    people = [
        ("ada", "SO", "operator"),
        ("ben", "SO", "operator"),
        ("sup", "SO", "supervisor"),
        ("aud", "SO", "auditor"),
        ("pat", "PD", "operator"),
    ]
    site: dict[str, Any] = {
        "site": {"name": "test", "simulated": simulated, "timezone": "America/Chicago"},
        "api": {"listen": f"{LOOPBACK}:{free_port(taken)}"},
        "policy": {"escalate_after_s": 3600, **policy},
        "agencies": [
            {"agency": "SO", "name": "Sheriff's Office", "own": True},
            {"agency": "PD", "name": "Police Department"},
        ],
        "units": [
            *({"unit": unit, "agency": "SO", "devices": [f"so/{unit}"], "terminal": unit} for unit in OWN_UNITS),
            {"unit": PARTNER_UNIT, "agency": "PD"},
        ],
        "readers": [
            {"reader": name, "name": f"reader {name}", "devices": [f"{AGENT}/{number}"], "lat": 30.2, "lon": -93.2}
            for number, name in enumerate(READERS, 1)
        ],
        "operators": [
            {"operator": name, "name": name.title(), "agency": agency, "role": role}
            | ({} if simulated else {"token_sha256": sha256(TOKEN.encode()).hexdigest()})
            for name, agency, role in people
        ],
        "feeds": feeds,
        "grounds": {"cases": CASES},
    }
    return site if broker is None else {**site, "terminals": {"connect": f"{LOOPBACK}:{broker}"}}


def _feed(name: str, broker: int | None, web: int, taken: set[int]) -> dict[str, Any]:
    form, link = LINKS[name]
    feed: dict[str, Any] = {"name": name, "format": form, "link": link}
    if link == "mqtt":
        return feed | {"connect": f"{LOOPBACK}:{broker}", "topic": TOPICS[name]}
    if link == "http":
        return feed | {"listen": f"{LOOPBACK}:{web}", "path": PATHS[name]}
    if link == "folder":
        return feed | {"folder": "lists", "pattern": "*.csv", "settle_s": 0.05, "poll_s": 0.05}
    return feed | {"connect" if link == "tcp" else "listen": f"{LOOPBACK}:{free_port(taken)}"}


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def said(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


def ask(
    at: tuple[str, int], method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request on a connection of its own. Raises OSError, http.client.HTTPException."""
    connection = http.client.HTTPConnection(*at, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class Console:
    """A signed-in person, or with no name somebody who is not."""

    def __init__(self, at: tuple[str, int], operator: str = "", token: str | None = None) -> None:
        """Raises OSError; an assertion fails when the person is not let in."""
        self.at = at
        self.headers: dict[str, str] = {}
        if operator:
            answer = self.post("/api/session", {"operator": operator} | ({"token": token} if token else {}))
            assert answer.status == 200, answer
            self.headers = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}

    def get(self, path: str) -> Answer:
        return ask(self.at, "GET", path, None, self.headers)

    def post(self, path: str, body: object = None) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return ask(self.at, "POST", path, data, {"Content-Type": "application/json", **self.headers})

    def delete(self, path: str) -> Answer:
        return ask(self.at, "DELETE", path, None, self.headers)

    def state(self) -> Any:
        return self.get("/api/state").said

    def alerts(self, **fields: object) -> list[dict[str, Any]]:
        """The alerts on the board whose fields are so, oldest first."""
        alerts = self.state().get("alerts", ())
        return [alert for alert in alerts if all(alert.get(key) == value for key, value in fields.items())]

    def watch(self, **headers: str) -> ClientConnection:
        host, port = self.at
        return connect(
            f"ws://{host}:{port}/ws/operators",
            additional_headers={**self.headers, **headers},
            compression=None,
            max_size=1 << 26,
            open_timeout=PATIENCE_S,
        )


class Office(CenterProcess):
    """A center of the small site. `site_tables` are what its file says."""

    def __init__(self, folder: Path, site: Mapping[str, Any]) -> None:
        super().__init__(folder, site)
        self.folder = folder
        self.site_tables = site
        self.feeds: dict[str, dict[str, Any]] = {feed["name"]: feed for feed in site["feeds"]}
        (folder / "lists").mkdir(exist_ok=True)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def audit(self) -> Path:
        return self.state / "audit.db"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def up(self) -> None:
        """Start it; returns when it answers."""
        self.start()
        asyncio.run(self.ready())

    def console(self, operator: str = "ada") -> Console:
        simulated = self.site_tables["site"]["simulated"]
        return Console(self.api, operator, None if simulated or not operator else TOKEN)

    def status(self) -> Any:
        return ask(self.api, "GET", "/api/status").said

    def said(self) -> str:
        """What it wrote for people."""
        return self.log.read_text()


@contextmanager
def office(folder: Path, broker: int | None = None, *, simulated: bool = True, **policy: Any) -> Iterator[Office]:
    """A running center; in the end it must still be running and leave politely, without a word of trouble."""
    center = Office(folder, tables(broker, simulated=simulated, **policy))
    center.up()
    try:
        yield center
        assert center.exit_code() is None, center.said()
    finally:
        center.stop()
    assert center.exit_code() == 0, center.said()
    assert "Traceback" not in center.said()


def becomes(condition: Callable[[], object], otherwise: Callable[[], object] = lambda: "") -> None:
    """Returns once `condition` is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.005)
