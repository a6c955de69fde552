"""Hotlists: files of wanted plates, delimited or of fixed width, as states, NCIC extracts and agencies deliver them.

Knows: when a delivery is complete, what it says of itself, and when it cannot be believed.
Refuses to know: which list is in force. A refused delivery is a fault and no list, so the one before stays.

One delivery is one whole message, or one stream from its start to its end. Lines that begin with `#` are about the
list: `#VERSION,…`, `#ISSUED,…` (ISO 8601), `#END,count` behind the last; any other is a comment. Behind `#ADD` and
`#REMOVE` stand changes to the list in force, and then the delivery holds nothing else. NCIC prints the letter
O as zero; that is kept here, and folded where plates are compared.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, iterdecode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from hashlib import sha256
from io import BytesIO, TextIOWrapper
from pathlib import PurePosixPath

import msgspec

from center.core.events import Event, HotlistChanged, HotlistLoaded, HotlistSpoiled, Listing, Micros
from center.ingest.feed import Origin, Quiet, fault
from center.ingest.hotlist_lines import (
    DELIMITERS,
    Layout,
    ListingReader,
    layout_as_usual,
    layout_of_columns,
    layout_of_header,
)
from center.ingest.timestamps import micros_of_iso, zone_of

MAX_BYTES = 256 << 20
MAX_LISTINGS = 2_000_000
MAX_FAULTS = 20
MAX_LINE_CHARS = 4096
MAX_NAME_CHARS = 80
CHECKED_BYTES = 1 << 20
DIGITS_OF_A_DATE = 4

_OPTIONS = ("name", "columns", "widths", "delimiter", "require_trailer", "tz")
_ABOUT = re.compile(r"#\s*(VERSION|ISSUED|END|ADD|REMOVE)\b[\s,;:|=]*(.*)", re.IGNORECASE)
_TRAILER = re.compile(r"(?:TOTAL\s+RECORDS?|TRAILER|EOF)\b\D*(\d*)\s*", re.IGNORECASE)
_CONTENT_TYPE = re.compile(r"(?:application|text|multipart|image)/[\w.+*-]+\s*(?:;.*)?", re.IGNORECASE)


class _RefusalError(ValueError):
    """Why a delivery cannot be believed."""


class _Delivery(msgspec.Struct, gc=False):
    """What has been read of one. `lines` counts those that should be listings, `bad` those that are not; `untold` is
    how many faults came after the first few; `part` is ADD or REMOVE where changes stand instead of a whole list."""

    found: dict[tuple[str | None, ...], Listing] = {}
    faults: list[Event] = []
    untold: int = 0
    lines: int = 0
    bad: int = 0
    version: str | None = None
    issued: Micros | None = None
    ended: bool = False
    count: int | None = None
    part: str = ""
    removed: dict[tuple[str | None, ...], Listing] = {}


class HotlistFeed(Quiet):
    """Options: `name` of the list (else the file's); `columns`, comma-separated, for files without a header (a name
    that is none of ours skips a column); `widths` of the columns, for fixed width; `delimiter` (else found out), one
    of ; , : | tab; `require_trailer` (true: a list without its `#END` is half-written); `tz`, the IANA zone of its
    dates (else UTC)."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise ValueError(f"hotlist has no option {', '.join(unknown)}; it has {', '.join(_OPTIONS)}")
        if options.get("require_trailer", "false") not in ("true", "false"):
            raise ValueError("option require_trailer is true or false")
        delimiter = options.get("delimiter", "").replace("tab", "\t")
        if delimiter and delimiter not in DELIMITERS:
            raise ValueError("option delimiter is one of ; , : | tab")
        if "widths" in options and "columns" not in options:
            raise ValueError("option widths needs option columns")
        columns = options.get("columns")
        self._given = layout_of_columns(columns, options.get("widths", ""), delimiter) if columns else None
        self._delimiter = delimiter
        self._requires_trailer = options.get("require_trailer") == "true"
        self._zone: tzinfo = zone_of(options["tz"]) if "tz" in options else UTC
        self._origin = origin
        self._stem = _stem(origin.peer)
        self._name = options.get("name") or _name(self._stem) or origin.source.removesuffix(f"/{origin.peer}")
        self._held: list[bytes] = []
        self._held_bytes = 0

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        if self._origin.whole:
            return self._deliver([data], len(data), at)
        self._held_bytes += len(data)
        if self._held_bytes <= MAX_BYTES:
            self._held.append(data)
        else:
            self._held.clear()
        return ()

    def finish(self, at: Micros) -> Sequence[Event]:
        if self._origin.whole:
            return ()
        held, size = self._held, self._held_bytes
        self._held, self._held_bytes = [], 0
        return self._deliver(held, size, at)

    def _deliver(self, pieces: Iterable[bytes], size: int, at: Micros) -> Sequence[Event]:
        delivery = _Delivery()
        data = b""
        try:
            if size > MAX_BYTES:
                raise _RefusalError(f"larger than {MAX_BYTES} bytes")
            data = b"".join(pieces)
            self._read(data, delivery, at)
            self._judge(delivery)
        except _RefusalError as why:
            told = fault(self._origin, at, f"hotlist {self._name} refused: {why}", data)
            name = self._name[:MAX_NAME_CHARS]
            spoiled = HotlistSpoiled(at=at, source=self._origin.source, hotlist=name, why=str(why))
            return [*self._faults(delivery, at), told, spoiled]
        if delivery.part:
            return [*self._faults(delivery, at), self._changed(delivery, data, at)]
        loaded = HotlistLoaded(
            at=at,
            source=self._origin.source,
            hotlist=self._name[:MAX_NAME_CHARS],
            version=delivery.version or self._version(data),
            listings=tuple(delivery.found.values()),
            issued=delivery.issued,
            skipped=delivery.bad,
        )
        return [*self._faults(delivery, at), loaded]

    def _changed(self, delivery: _Delivery, data: bytes, at: Micros) -> HotlistChanged:
        return HotlistChanged(
            at=at,
            source=self._origin.source,
            hotlist=self._name[:MAX_NAME_CHARS],
            version=delivery.version or self._version(data),
            added=tuple(delivery.found.values()),
            removed=tuple(delivery.removed.values()),
        )

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self, data: bytes, delivery: _Delivery, at: Micros) -> None:
        reader: ListingReader | None = None
        header = ""
        for number, line in enumerate(TextIOWrapper(BytesIO(data), _encoding(data), newline=None), 1):
            line = line.rstrip("\n")
            if not line or line.isspace() or line == header:
                continue
            if line[0] == "#" or (line[0] in "TtEe" and _TRAILER.fullmatch(line)):
                self._about(line, number, delivery, at)
                continue
            if delivery.ended:
                raise _RefusalError("it goes on behind its trailer")
            if reader is None:
                layout, is_header = self._layout(line)
                reader = ListingReader(layout, self._zone)
                if is_header:
                    header = line
                    continue
            delivery.lines += 1
            try:
                listing = reader.read(_checked(line))
            except ValueError as problem:
                delivery.bad += 1
                self._tell(f"line {number}: {problem}", line, delivery, at)
                continue
            held = delivery.removed if delivery.part == "REMOVE" else delivery.found
            held[listing.plate, listing.state, listing.reason, listing.case] = listing
            if len(held) > MAX_LISTINGS:
                raise _RefusalError(f"more than {MAX_LISTINGS} listings")

    def _layout(self, line: str) -> tuple[Layout, bool]:
        """By the first line that is not a comment, and whether that is a header."""
        header = layout_of_header(line[:MAX_LINE_CHARS], self._delimiter)
        if self._given is None:
            if header is not None:
                return header, True
            usual = layout_as_usual(line[:MAX_LINE_CHARS], self._delimiter)
            if usual is None:
                raise _RefusalError("no header names a plate column, and option columns does not either")
            return usual, False
        given = self._given
        if not given.delimiter and not given.cuts:
            fitting = [mark for mark in DELIMITERS if given.fields - 1 <= line.count(mark) <= given.fields]
            given = given._replace(delimiter=fitting[0] if fitting else DELIMITERS[0])
        return given, header is not None and sum(index >= 0 for index in header.at) > 1

    def _about(self, line: str, number: int, delivery: _Delivery, at: Micros) -> None:
        """A line about the list."""
        trailer, about = _TRAILER.fullmatch(line), _ABOUT.match(line)
        what = about[1].upper() if about else "END" if trailer else ""
        said = about[2].strip() if about else trailer[1] if trailer else ""
        if what == "END":
            delivery.ended = True
            delivery.count = int(said) if said.isdecimal() and len(said) < 12 else None
        elif what in ("ADD", "REMOVE"):
            if delivery.lines and not delivery.part:
                raise _RefusalError("it is a whole list and changes to one")
            delivery.part = what
        elif what == "VERSION":
            delivery.version = said[:MAX_NAME_CHARS] or None
        elif what == "ISSUED":
            try:
                delivery.issued = micros_of_iso(said[:40])
            except ValueError:
                self._tell(f"line {number}: ISSUED is not an ISO 8601 time", line, delivery, at)

    def _tell(self, why: str, line: str, delivery: _Delivery, at: Micros) -> None:
        if len(delivery.faults) < MAX_FAULTS:
            delivery.faults.append(fault(self._origin, at, why, line[:MAX_NAME_CHARS].encode("utf-8", "replace")))
        else:
            delivery.untold += 1

    def _judge(self, delivery: _Delivery) -> None:
        if not delivery.lines:
            raise _RefusalError("it lists nothing")
        if delivery.count is not None and delivery.count != delivery.lines:
            raise _RefusalError(f"its trailer counts {delivery.count} listings, it has {delivery.lines}: half-written")
        if self._requires_trailer and not delivery.ended:
            raise _RefusalError("its trailer is missing: half-written")
        if delivery.bad * 2 > delivery.lines:
            raise _RefusalError(f"{delivery.bad} of its {delivery.lines} lines are not listings")

    def _faults(self, delivery: _Delivery, at: Micros) -> list[Event]:
        """The first one by one, then one for all the rest."""
        if not delivery.untold:
            return delivery.faults
        rest = fault(self._origin, at, f"{delivery.untold} further lines are bad")
        return [*delivery.faults, msgspec.structs.replace(rest, repeats=delivery.untold - 1)]

    def _version(self, data: bytes) -> str:
        """The file's name when it is dated or numbered, else what is in it."""
        if _is_numbered(self._stem):
            return self._stem[:MAX_NAME_CHARS]
        return sha256(data).hexdigest()[:12]


def _stem(peer: str) -> str:
    """The file's name without folders and endings; empty when the other end is no file."""
    if _CONTENT_TYPE.fullmatch(peer):
        return ""
    return PurePosixPath(peer.replace("\\", "/")).name.partition(".")[0]


def _name(stem: str) -> str:
    """The name that stays the same from delivery to delivery: without the date or number at the end of the file's."""
    number = re.search(r"[\W_]*\d(?:[\W_]?[\dTt])*[Zz]?$", stem)
    return stem[: number.start()] if number and _is_numbered(number[0]) else stem


def _is_numbered(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= DIGITS_OF_A_DATE


def _checked(line: str) -> str:
    if len(line) > MAX_LINE_CHARS:
        raise ValueError(f"longer than {MAX_LINE_CHARS} characters")
    if "\0" in line:
        raise ValueError("NUL bytes")
    return line


def _encoding(data: bytes) -> str:
    """UTF-8 or UTF-16 by its byte order mark, UTF-8 when it is that, else Latin-1, in which nothing is wrong."""
    if data.startswith(BOM_UTF8):
        return "utf-8-sig" if _is(data, "utf-8-sig") else "latin-1"
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) and _is(data, "utf-16"):
        return "utf-16"
    return "utf-8" if _is(data, "utf-8") else "latin-1"


def _is(data: bytes, encoding: str) -> bool:
    pieces = (data[at : at + CHECKED_BYTES] for at in range(0, len(data), CHECKED_BYTES))
    try:
        for _ in iterdecode(pieces, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True
