"""Records and a social network that answer at once, with a person, a car and a post that nobody is.

Knows: the bodies of docs/feeds/records.md and docs/feeds/open-sources.md.
Refuses to know: who asks.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from center.open_sources import MARK, OpenSources
from center.records import Records

RUN = "test-run"
SITE = {"records": {"url": "http://127.0.0.1:1/query"}, "open_sources": {"url": "http://127.0.0.1:1", "run": RUN}}
"""What the site file says of them."""
JAMES = {
    "person": "SYN-000001",
    "last": "Landry",
    "first": "James",
    "born": "1987-03-12",
    "address": "120 Ryan St",
    "photo": "SYN-PHOTO-000001",
    "licence": {"number": "7700", "state": "LA", "status": "suspended", "expires": "2030-01-01"},
    "warrants": [{"number": "W1", "charge": "theft", "agency": "LCPD"}],
    "vehicles": [{"plate": "ABC123", "state": "LA"}],
}
CAR = {"plate": "ABC123", "state": "LA", "make": "Ford", "color": "blue", "owner": "SYN-000001", "listed": []}
POST = {"id": "p1", "account": "jamesl1", "shown": "James Landry", "at": 1_767_365_000_000, "text": "new truck"}


def _later(then: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(then)


def _records(body: bytes, answered: Callable[[int, bytes], None]) -> None:
    asked = json.loads(body)
    said: dict[str, Any] = {"v": 2, "answers": asked["request"], "persons": [JAMES]}
    if "plate" in asked:
        plate = asked["plate"]["plate"]
        said["vehicles"] = [{**CAR, "plate": plate, "listed": ["stolen"] if plate.startswith("WNT") else []}]
    _later(lambda: answered(200, json.dumps(said).encode()))


def _network(path: str, answered: Callable[[int, bytes], None]) -> None:
    said = {"twin": True, "run": RUN} if path == MARK else {"v": 1, "posts": [POST]}
    _later(lambda: answered(200, json.dumps(said).encode()))


def sources(**more: Any) -> dict[str, Any]:
    """For `room`: who answers, and the site file's tables with `more`."""
    return {
        "records": Records(_records),
        "open_sources": OpenSources(_network, RUN),
        "more": {key: value for key, value in (SITE | more).items() if value is not None},
    }
