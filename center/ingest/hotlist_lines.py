"""The lines of a hotlist: which column is which, and what one line lists.

Knows: the names that states and vendors give the columns, delimiters and quotes, fixed widths, the dates in use.
Refuses to know: whether a list as a whole can be believed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from center.core.events import Listing, Micros
from center.ingest.plate_text import POSTAL, plate_of, state_of
from center.ingest.timestamps import checked, micros_of

MAX_WORD_CHARS = 80
MAX_CACHED = 50_000
ALWAYS, NEVER = 1970, 2099

DELIMITERS = (";", ",", "\t", "|", ":")
COLUMNS = ("plate", "state", "reason", "case", "make", "model", "color", "effective", "expires")
_NAMES = {  # as vendors write them, without case, blanks and marks; the first that a header has is taken
    "plate": "plate platenumber plateno licenseplate licenceplate lic license licence licno licnumber tag tagnumber",
    "state": "state st lis licensestate licstate platestate stateprovince province region jurisdiction",
    "reason": "reason offense offence hottype alerttype listtype alert type category description",
    "case": "case caseno casenumber casenum caseid oca nic nicnumber incident incidentnumber reference ref ori",
    "make": "make vma vehiclemake vehmake",
    "model": "model vmo vehiclemodel vehmodel",
    "color": "color colour vco vehiclecolor vehiclecolour vehcolor vehcolour",
    "effective": "effective effectivedate effectivefrom start startdate begin begindate entered entrydate doe",
    "expires": "expires expiry expiration expirationdate expirydate expiredate exp effectiveto end enddate validuntil",
}
_AMERICAN = re.compile(r"(\d\d?)[/-](\d\d?)[/-](\d{4}|\d\d)(?:[ T](\d\d?):(\d\d)(?::(\d\d))?)?")
_COMPACT = re.compile(r"(\d{4})[/-]?(\d\d)[/-]?(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")


class Layout(NamedTuple):
    """Where things stand on a line: `at` has the index of each of COLUMNS, -1 for one that is not there; `fields` is
    how many a line has; `cuts` are set for fixed width."""

    at: tuple[int, ...]
    fields: int
    delimiter: str
    cuts: tuple[slice, ...] = ()

    def split(self, line: str) -> list[str]:
        """A line's fields. Raises ValueError when it has too few or too many."""
        if self.cuts:
            if len(line) < self.cuts[self.at[0]].stop and self.at[0] < self.fields - 1:
                raise ValueError("line cut short")
            return [line[cut] for cut in self.cuts]
        fields = next(csv.reader([line], delimiter=self.delimiter)) if '"' in line else line.split(self.delimiter)
        if len(fields) != self.fields and not (len(fields) == self.fields + 1 and not fields[-1].strip()):
            raise ValueError("line has not as many fields as the header")
        return fields


def layout_of_header(line: str, delimiter: str = "") -> Layout | None:
    """None when the line names no plate column."""
    best: Layout | None = None
    for mark in (delimiter,) if delimiter else DELIMITERS:
        names = next(csv.reader([line], delimiter=mark), [])
        layout = _layout(["".join(filter(str.isalnum, name)).lower() for name in names], mark)
        if layout is not None and (best is None or _found(layout) > _found(best)):
            best = layout
    return best


def layout_as_usual(line: str, delimiter: str = "") -> Layout | None:
    """Of a list without a header: plate, state, reason and so on in the order of COLUMNS, as far as the line goes. None
    unless its first field can be a plate and its second is a state's postal code."""
    for mark in (delimiter,) if delimiter else DELIMITERS:
        fields = next(csv.reader([line], delimiter=mark), [])
        if 2 <= len(fields) <= len(COLUMNS) and _is_listing(fields[0].strip(), fields[1].strip()):
            return _layout(COLUMNS[: len(fields)], mark)
    return None


def _is_listing(plate: str, state: str) -> bool:
    return (
        state.upper() in POSTAL and any(map(str.isdigit, plate)) and plate.replace("-", "").replace(" ", "").isalnum()
    )


def layout_of_columns(columns: str, widths: str, delimiter: str) -> Layout:
    """Of the options: names and widths separated by commas. Without widths or delimiter the delimiter is left open.
    Raises ValueError."""
    names = [name.strip().lower() for name in columns.split(",")]
    layout = _layout(names, delimiter)
    if layout is None:
        raise ValueError(f"option columns names no plate; the columns are {', '.join(COLUMNS)}")
    if not widths:
        return layout
    sizes = [int(width) if width.strip().isdecimal() else 0 for width in widths.split(",")]
    if len(sizes) != len(names) or not all(sizes):
        raise ValueError("option widths must give a number for each of columns")
    ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    return layout._replace(cuts=tuple(slice(end - size, end) for end, size in zip(ends, sizes, strict=True)))


def _layout(names: Sequence[str], delimiter: str) -> Layout | None:
    at = tuple(
        next((names.index(name) for name in accepted.split() if name in names), -1) for accepted in _NAMES.values()
    )
    return Layout(at, len(names), delimiter) if at[0] >= 0 else None


def _found(layout: Layout) -> int:
    return sum(index >= 0 for index in layout.at)


class ListingReader:
    """Reads lines of one layout. What repeats from line to line is worked out once."""

    def __init__(self, layout: Layout, zone: tzinfo = UTC) -> None:
        self._layout = layout
        self._zone = zone
        self._words: dict[str, str] = {}
        self._states: dict[str, str | None] = {}
        self._dates: dict[tuple[str, bool], Micros | None] = {}

    def read(self, line: str) -> Listing:
        """Raises ValueError saying what is wrong with the line."""
        fields = self._layout.split(line)
        fields.append("")  # what -1 points to
        plate, state, reason, case, make, model, color, effective, expires = self._layout.at
        read = plate_of(fields[plate].strip())
        if not read:
            raise ValueError("no plate")
        return Listing(
            read,
            self._state(fields[state]),
            self._word(fields[reason]).lower() or "stolen",
            fields[case].strip()[:MAX_WORD_CHARS] or None,
            self._word(fields[make]) or None,
            self._word(fields[model]) or None,
            self._word(fields[color]) or None,
            self._date(fields[effective], False),
            self._date(fields[expires], True),
        )

    def _word(self, text: str) -> str:
        word = self._words.get(text)
        if word is None:
            word = " ".join(text.split())[:MAX_WORD_CHARS].upper()
            if len(self._words) < MAX_CACHED:
                self._words[text] = word
        return word

    def _state(self, text: str) -> str | None:
        if text not in self._states:
            state = state_of(text)
            if len(self._states) >= MAX_CACHED:
                return state
            self._states[text] = state
        return self._states[text]

    def _date(self, text: str, is_end: bool) -> Micros | None:
        key = (text, is_end)
        if key not in self._dates:
            date = moment_of(text, self._zone, is_end) if text.strip() else None
            if len(self._dates) >= MAX_CACHED:
                return date
            self._dates[key] = date
        return self._dates[key]


def moment_of(text: str, zone: tzinfo, is_end: bool = False) -> Micros | None:
    """A date or a time as lists write them: ISO 8601, 20260331, 202603310630, 03/31/2026. A date alone is its first
    moment in `zone`, or as an end the day's last: what runs out on a day is good that day. None for an end beyond
    2098 (12/31/9999 is how lists write never) and a start before 1970. Raises ValueError."""
    text = text.strip()
    try:
        moment, is_dated_only = _read_date(text)
    except (ValueError, OverflowError):
        raise ValueError("not a date") from None
    if moment.year >= NEVER if is_end else moment.year < ALWAYS:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if is_dated_only and is_end:
        moment += timedelta(days=1)
    return checked(micros_of(moment))


def _read_date(text: str) -> tuple[datetime, bool]:
    american = _AMERICAN.fullmatch(text)
    if american:
        month, day, year, *clock = american.groups()
        year = year if len(year) == len("2026") else f"20{year}"
    else:
        compact = _COMPACT.fullmatch(text)
        if compact is None:
            return datetime.fromisoformat(text), len(text) == len("2026-03-31")
        year, month, day, *clock = compact.groups()
    hour, minute, second = (int(part or 0) for part in clock)
    return datetime(int(year), int(month), int(day), hour, minute, second), clock[0] is None  # noqa: DTZ001
