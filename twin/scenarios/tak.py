"""What a scenario may say about TAK clients, and about what the room writes to the street.

Knows: the shape of it. Refuses to know: how a client behaves, and who and what there is.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from twin.scenarios.parts import Happens, Positive, Strict

Callsign = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$", max_length=40)]


class Tablet(Strict, frozen=True, kw_only=True):
    """A tablet with a TAK client: with the crew of a `unit`, wherever its car is, or of a demo `person` at a place
    (`at`), such as the representative of another agency at its command post. It says where it is every `every_s`; who
    carries it reads and answers what the room writes after `reads_s` seconds (least, most). Its name for faults is
    `tablet/` and its call sign."""

    callsign: Callsign
    unit: str | None = None
    person: str | None = None
    at: str | None = None
    every_s: Annotated[float, Meta(ge=1, le=600)] = 10.0
    reads_s: tuple[Positive, Positive] = (5.0, 40.0)


class Cot(Strict, frozen=True, kw_only=True):
    """`people`: demo people who may connect a client of their own, by their sign-in name as its call sign. `tablets`:
    the twin's."""

    people: tuple[str, ...] = ("ada", "ben", "sup", "det", "dep", "rep")
    tablets: tuple[Tablet, ...] = ()


class Write(Happens, frozen=True, kw_only=True):
    """Somebody at a console writes `text`: to a unit (`unit/CPSO-03`), or to all of an `agency/`, `beat/` or `shift/`
    who are on duty."""

    operator: str = "ada"
    to: str
    text: str
