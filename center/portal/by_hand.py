"""The portal without sockets: a request is a call, and looking at a clip takes as long as it would.

Knows: how a whole request becomes its parts.
Refuses to know: what any of it means (see portal).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

from center.clock import Clock
from center.core.events import Micros
from center.portal.inspecting import found_now
from center.portal.portal import PATH, Answered, Portal, Upload
from center.portal.quarantine import FullError

LOOKING_TAKES = Micros(700_000)

Told: TypeAlias = Callable[[int, bytes], None]


def by_hand(
    portal: Portal, clock: Clock, method: str, path: str, headers: Mapping[str, str], body: bytes, told: Told
) -> None:
    """`told(status, document)` is called later, never from inside."""
    answer = _begun(portal, method, path, headers)
    if not isinstance(answer, Upload):
        _tell(clock, told, answer)
        return
    upload = answer
    try:
        upload.incoming.write(body)
    except FullError:
        upload.incoming.forget()
        _tell(clock, told, Answered(413, {"why": "it is larger than its manifest says"}))
        return
    wrong = portal.complete(upload)
    if wrong is not None:
        _tell(clock, told, wrong)
        return
    found = found_now(upload.incoming.path, portal.most_s)

    def looked_at() -> None:
        answer = portal.finish(upload, found)
        told(answer.status, json.dumps(answer.said).encode())

    clock.call_at(Micros(clock.now() + LOOKING_TAKES), looked_at)


def _begun(portal: Portal, method: str, path: str, headers: Mapping[str, str]) -> Upload | Answered:
    if (method, path) == ("GET", f"{PATH}/asks"):
        owner = portal.who(headers.get("authorization", ""))
        return portal.asks(owner) if owner else Answered(401, {"why": "who is this?"})
    if method == "POST" and path.startswith(f"{PATH}/answers/"):
        said, signature = headers.get("community-manifest", ""), headers.get("community-signature", "")
        return portal.begin(path.removeprefix(f"{PATH}/answers/"), said, signature)
    return Answered(404, {"why": "there is nothing here"})


def _tell(clock: Clock, told: Told, answer: Answered) -> None:
    clock.call_at(clock.now(), lambda: told(answer.status, json.dumps(answer.said).encode()))
