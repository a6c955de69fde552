"""The state's records: what is on file about a plate, a name or a licence, for whoever says why they ask.

Knows: a small JSON of our own, request and answer, version 2; that every request needs a purpose code and a case
number; that every answer expires; how long an answer takes.
Refuses to know: whose files they are (`Files`), how a request got here, and what anybody does with an answer.

There is no public format of such switches, so there is none to be true to (docs/feeds/records.md). Nothing here does
I/O: `ask` takes a body, and the answer is handed over later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Annotated, Any, Protocol

import msgspec
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault
from twin.devices.things import SECOND_US, Log, unlogged
from twin.devices.timetable import Timetable, power, skewed

VERSION = 2
LIMIT_BYTES = 16_384
PURPOSES = {"C": "criminal justice", "D": "domestic violence", "F": "firearm"}
EXPIRES_US = 1_800 * SECOND_US
TAKES_S, TAKES_SIGMA_LN = 0.9, 0.5  # median (assumption)
MOST_FOUND = 50

_encode = msgspec.json.Encoder().encode
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Answered = Callable[[int, bytes], None]
"""`answered(status, body)`, status as HTTP has it."""


class Plate(msgspec.Struct, frozen=True):
    plate: Word
    state: Word = "LA"


class Name(msgspec.Struct, frozen=True):
    """As it was heard; `born` as YYYY-MM-DD. The switch finds whoever is near."""

    last: Word
    first: Word = ""
    born: Word | None = None


class Query(msgspec.Struct, frozen=True):
    """What is asked: one of `plate`, `name` and `licence`. `request` is the asker's own id of it."""

    v: int
    request: Word
    purpose: str = ""
    case: str = ""
    operator: str = ""
    plate: Plate | None = None
    name: Name | None = None
    licence: Word | None = None


class Files(Protocol):
    """What the state has. Each answer is ready for JSON; a vehicle's `owner` is a person's number, and `owners` gives
    them."""

    def vehicles(self, plate: Plate) -> list[dict[str, Any]]: ...
    def owners(self, plate: Plate) -> list[dict[str, Any]]: ...
    def persons(self, name: Name) -> list[dict[str, Any]]: ...
    def licensed(self, number: str) -> list[dict[str, Any]]: ...


_decode = msgspec.json.Decoder(Query).decode


class RecordsServer:
    """`ask(body, answered)`: the answer comes a moment later, or never while the server is off. `epoch` is the
    scenario's start in microseconds UTC."""

    def __init__(
        self,
        env: Environment,
        name: str,
        files: Files,
        dice: Random,
        *,
        epoch: int,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.answered = self.refused = 0
        self._env = env
        self._files = files
        self._dice = dice
        self._epoch = epoch
        self._timetable = Timetable(faults)
        self._log = log

    def ask(self, body: bytes, answered: Answered) -> None:
        now = now_us(self._env)
        active = self._timetable.at(now)
        if active and power(active, now) != "on":
            return
        takes_s = TAKES_S * self._dice.lognormvariate(0.0, TAKES_SIGMA_LN)
        call_later(self._env, round(takes_s * SECOND_US), self._answer, body, answered)

    def _answer(self, body: bytes, answered: Answered) -> None:
        query = read(body)
        why = "not a query of version 2" if query is None else objection(query)
        if query is None or why:
            self.refused += 1
            said = {"v": VERSION, "answers": None if query is None else query.request, "refused": why}
            answered(400 if query is None else 403, _encode(said))
        else:
            self.answered += 1
            answered(200, _encode(self._found(query)))
        if query is not None:
            self._log(
                "records-asked",
                records=self.name,
                request=query.request,
                purpose=query.purpose,
                case=query.case,
                operator=query.operator,
                refused=why,
            )

    def _found(self, query: Query) -> dict[str, Any]:
        now = now_us(self._env)
        at_us = skewed(self._epoch + now, self._timetable.at(now))
        said: dict[str, Any] = {
            "v": VERSION,
            "answers": query.request,
            "at": at_us * 1000 // SECOND_US,
            "expires": (at_us + EXPIRES_US) * 1000 // SECOND_US,
            "synthetic": True,
        }
        if query.plate is not None:
            said["vehicles"] = self._files.vehicles(query.plate)[:MOST_FOUND]
            persons = self._files.owners(query.plate)
        elif query.name is not None:
            persons = self._files.persons(query.name)
        else:
            persons = self._files.licensed(query.licence or "")
        return said | {"persons": persons[:MOST_FOUND], "more": len(persons) > MOST_FOUND}


def read(body: bytes) -> Query | None:
    """The query, or None for anything that is none."""
    if len(body) > LIMIT_BYTES:
        return None
    try:
        query = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return query if query.v == VERSION else None


def objection(query: Query) -> str:
    """Why a query is not answered; empty when it is."""
    if query.purpose not in PURPOSES:
        return f"a purpose code must be given: one of {', '.join(PURPOSES)}"
    if not query.case.strip():
        return "a case number must be given"
    asked = (query.plate, query.name, query.licence)
    if sum(one is not None for one in asked) != 1:
        return "one of plate, name and licence must be asked about"
    return ""
