"""Asking the records: what goes over the wire, and what comes back.

Knows: the query and the answer of docs/feeds/records.md, and HTTP's POST.
Refuses to know: why anybody asks, and what follows from an answer.

No answer, a refusal and an answer that makes no sense are all trouble, told in words; none of them is a word about
anybody. The records are asked by a worker thread; its answer is handed over to the center's own.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import msgspec

from center.core.effects import Lookup
from center.core.record_facts import MOST_OF_A_PERSON, MOST_PERSONS, PersonOnFile, VehicleOnFile

VERSION = 2
PATIENCE_S = 10.0
MAX_ANSWER_BYTES = 256 << 10
OK = 200


class Found(NamedTuple):
    """`listed`: for which reasons the plate is wanted now; nothing with no `trouble` is that it is not. `persons`,
    `vehicles` and `more` as in `LookupAnswered`."""

    listed: tuple[str, ...] = ()
    trouble: str = ""
    persons: tuple[PersonOnFile, ...] = ()
    vehicles: tuple[VehicleOnFile, ...] = ()
    more: bool = False


Then: TypeAlias = Callable[[Found], None]
Ask: TypeAlias = Callable[[bytes, Callable[[int, bytes], None]], None]
"""`ask(body, answered)`: `answered(status, body)` comes later, or never."""


class _Answer(msgspec.Struct):
    """`vehicles` answers a plate; `persons` anything else, and beside `vehicles` it has their owners."""

    v: int
    answers: str
    vehicles: tuple[VehicleOnFile, ...] | None = None
    persons: tuple[PersonOnFile, ...] | None = None
    more: bool = False


_decode = msgspec.json.Decoder(_Answer).decode


def query(effect: Lookup) -> bytes:
    """A query of version 2."""
    asked: dict[str, Any] = {"v": VERSION, "request": effect.id, "purpose": effect.purpose, "case": effect.case}
    return msgspec.json.encode(asked | {"operator": effect.operator} | _question(effect))


def _question(effect: Lookup) -> dict[str, Any]:
    if effect.plate:
        return {"plate": {"plate": effect.plate, **({"state": effect.state} if effect.state else {})}}
    if effect.licence:
        return {"licence": effect.licence}
    said = {"last": effect.last, "first": effect.first, "born": effect.born}
    return {"name": {key: value for key, value in said.items() if value}}


def found(effect: Lookup, status: int, body: bytes) -> Found:
    """What an answer says. Never raises."""
    if status != OK:
        return Found(trouble=f"the records answered {status}")
    try:
        answer = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Found(trouble="the records' answer makes no sense")
    if answer.v != VERSION or (answer.vehicles if effect.plate else answer.persons) is None:
        return Found(trouble="the records' answer makes no sense")
    if answer.answers != effect.id:
        return Found(trouble="the records answered another question")
    cars = tuple(
        one for one in answer.vehicles or () if one.plate == effect.plate and effect.state in (None, one.state)
    )
    persons = answer.persons or ()
    return Found(
        listed=tuple(reason for one in cars for reason in one.listed)[:MOST_OF_A_PERSON],
        persons=persons[:MOST_PERSONS],
        vehicles=cars[:MOST_OF_A_PERSON],
        more=answer.more or len(persons) > MOST_PERSONS,
    )


class Records:
    """Asks by whatever carries a body there and an answer back."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def ask(self, effect: Lookup, then: Then) -> None:
        self._ask(query(effect), lambda status, body: then(found(effect, status, body)))


def unasked(_: bytes, __: Callable[[int, bytes], None]) -> None:
    """A site without records asks nobody, and nobody answers."""


def by_http(url: str, executor: Executor, post: Callable[[Callable[[], None]], object]) -> Ask:
    """`post` hands the answer over to the center's own thread (an event loop's call_soon_threadsafe)."""

    def ask(body: bytes, answered: Callable[[int, bytes], None]) -> None:
        def work() -> None:
            status, said = _posted(url, body)
            post(lambda: answered(status, said))

        executor.submit(work)

    return ask


def _posted(url: str, body: bytes) -> tuple[int, bytes]:
    """Status and body; 599 when there was no answer at all."""
    request = Request(url, body, {"content-type": "application/json"})  # noqa: S310  # a site's own word, http or https
    try:
        with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read(MAX_ANSWER_BYTES)
    except HTTPError as error:
        return error.code, b""
    except (URLError, OSError, ValueError):
        return 599, b""
