"""The chain that the audit trail's lines hang on, and the first line that does not hold.

Knows: what a line's digest is made of, what a signed head says, and how a trail on disk or an exported one is walked.
Refuses to know: how lines come in, and who may read them.

A line's digest is the SHA-256 of its canonical JSON: its fields and the digest of the line before it under `previous`,
keys sorted, no spaces, everything outside ASCII escaped.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from center.store.signing import is_signed

FIELDS = ("number", "id", "at", "operator", "act", "subject", "granted", "why", "reason", "case")
ROOT = hashlib.sha256(b"the audit trail of a center").hexdigest()
"""What the first line of all hangs on."""
_ID = re.compile(r"[a-z]+(\d+)\.(\d+)")
_LINES = 'SELECT number, id, at, operator, act, subject, granted, why, reason, "case", chain FROM audit'


class Head(msgspec.Struct, frozen=True):
    """Where a chain ended once. `key` (public) and `signature` are empty where nobody signed."""

    number: int
    chain: str
    at: int
    key: str = ""
    signature: str = ""

    def said(self) -> bytes:
        """What is signed."""
        return json.dumps([self.number, self.chain, self.at], separators=(",", ":")).encode()


class Verdict(NamedTuple):
    """What a walk found. `begins`: the first line's number; lines before it went by retention. `fault` is empty, or
    says what does not hold, at line `number` where it is one line."""

    begins: int
    lines: int
    head: str
    signed: int
    fault: str = ""
    number: int | None = None


def moment(identity: str) -> tuple[int, int] | None:
    """Where in the journal a line came about, by its id."""
    found = _ID.fullmatch(identity)
    return (int(found[1]), int(found[2])) if found else None


def is_behind(identity: str, last: str) -> bool:
    """Whether a line belongs behind the last one of a trail (an empty id where there is none)."""
    here = moment(identity)
    return here is not None and here > (moment(last) or (0, 0))


def link(previous: str, values: Sequence[object]) -> str:
    """The digest of a line with these values, in the order of `FIELDS`."""
    content: dict[str, Any] = dict(zip(FIELDS, values, strict=True))
    if type(content["granted"]) is int and content["granted"] in (0, 1):
        content["granted"] = bool(content["granted"])
    content["previous"] = previous
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def walk(lines: Iterable[Sequence[Any]], previous: str, number: int) -> Iterator[tuple[int, str, str]]:
    """Each line's number, its digest and what is wrong with it, until something is. Lines as `FIELDS` and the digest;
    the first hangs on `previous` and has the number behind `number`."""
    for *values, chain in lines:
        number += 1
        fault = ""
        if values[0] != number:
            fault = f"line {number} is missing: {values[0]} stands in its place"
        else:
            try:
                found = link(previous, values)
            except (TypeError, ValueError):
                found = ""
            if found != chain:
                fault = f"line {number} has been changed, or is not the one that stood behind line {number - 1}"
        yield number, str(chain), fault
        if fault:
            return
        previous = chain


def verify_file(path: Path, key: str | None = None, remembered: Sequence[Head] = (), known: str = "") -> Verdict:
    """Walk a trail on disk. `remembered` heads, from the file beside it or from elsewhere, must be found in it; heads
    that are signed, and `key` is given, by that key; `known` is the id of a line that it must have come to. Raises
    FileNotFoundError, ValueError for what is no trail."""
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such audit trail")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            db.text_factory = lambda data: data.decode(
                "utf-8", "surrogateescape"
            )  # a changed byte is named, not choked on
            about = dict(db.execute("SELECT what, value FROM about"))
            heads = [Head(*row) for row in db.execute("SELECT * FROM heads ORDER BY number")]
            start = msgspec.json.decode(about["start"], type=Head) if "start" in about else Head(0, ROOT, 0)
            ends = msgspec.json.decode(about["head"], type=Head) if "head" in about else start
            lines = db.execute(f"{_LINES} ORDER BY number")
            found = _verdict(lines, start, [*heads, *remembered, ends], key)
            last = db.execute("SELECT id FROM audit ORDER BY number DESC LIMIT 1").fetchone()
            if not found.fault and is_behind(known, last[0] if last else ""):
                return found._replace(fault=f"the trail ends before {known}, a line that a snapshot beside it knows of")
            return found
    except (sqlite3.Error, msgspec.DecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not an audit trail with a chain, or damaged ({error})") from error


def verify_export(path: Path, key: str | None = None, remembered: Sequence[Head] = ()) -> Verdict:
    """Walk an exported part of a trail. Raises ValueError for what is none, OSError."""
    with path.open("rb") as file:
        try:
            first = msgspec.json.decode(file.readline())
            file.seek(0)
            rows = ([*(one.get(field) for field in FIELDS), one.get("chain")] for one in map(_object, file))
            return _verdict(rows, Head(int(first["number"]) - 1, str(first["previous"]), 0), remembered, key)
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: not an exported audit trail ({error})") from error


def _object(line: bytes) -> dict[str, Any]:
    return msgspec.json.decode(line, type=dict[str, Any])


def _verdict(lines: Iterable[Sequence[Any]], start: Head, heads: Sequence[Head], key: str | None) -> Verdict:
    """Heads before the start have nothing left to be compared with."""
    wanted: dict[int, set[str]] = {start.number: {start.chain}}
    for head in heads:
        wanted.setdefault(head.number, set()).add(head.chain)
    number, chain, walked = start.number, start.chain, walk(lines, start.chain, start.number)
    try:
        for number, chain, fault in walked:
            if fault:
                return Verdict(start.number + 1, number - start.number - 1, chain, 0, fault, number)
            if wanted.get(number, {chain}) != {chain}:
                fault = f"line {number} is not the one whose digest was kept when it was written"
                return Verdict(start.number + 1, number - start.number - 1, chain, 0, fault, number)
    except (sqlite3.Error, msgspec.DecodeError, UnicodeDecodeError) as error:
        fault = f"behind line {number} the file cannot be read: {error}"
        return Verdict(start.number + 1, number - start.number, chain, 0, fault, number + 1)
    ended = Verdict(start.number + 1, number - start.number, chain, 0)
    last = max((head.number for head in heads), default=number)
    if last > number:
        fault = f"the trail ends at line {number}, and there were {last}"
        return ended._replace(fault=fault, number=number + 1)
    signed = [head for head in heads if head.signature]
    for head in signed:
        if not is_signed(head.key, head.said(), head.signature) or head.key != (key or head.key).strip().lower():
            return ended._replace(fault=f"the head at line {head.number} is not signed by the center's key")
    return ended._replace(signed=len(signed))
