"""Position decoders against captured samples and what others made of them.

Oracles: gpsd's own reading of each receiver log (`.chk`), traccar's expectation of each tracker string, pynmeagps.
`pytest tests/real/test_avl_samples.py -s` prints what share of each set decodes.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from pynmeagps import NMEAReader  # type: ignore[import-untyped]
from pynmeagps.exceptions import NMEAParseError  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from center.core.events import Event, Micros, UnitMoved
from center.ingest.cradlepoint import CradlepointFeed
from center.ingest.nmea import NmeaFeed
from center.ingest.owntracks import OwntracksFeed
from center.ingest.taip import TaipFeed
from tests.center.ingest.position_feeds import Decoder, decoded, faults, moment, moves

ROOT = Path(os.environ.get("RTCC_SAMPLES") or Path(__file__).parents[2].parent / "shared" / "samples") / "avl"
LOGS = sorted((ROOT / "gpsd").glob("*.log"))
STRINGS = sorted((ROOT / "traccar").glob("*.json"))

pytestmark = pytest.mark.skipif(not (LOGS and STRINGS), reason=f"the captured position samples are not at {ROOT}")

ROUNDING_DEG = 1e-6
"""Sentences about one fix round it to 0.0001 or 0.00001 minutes; gpsd reports whichever it read last."""
ROUNDING_S = 0.006


# --- gpsd -------------------------------------------------------------------------------------------------------


class Report(msgspec.Struct):
    """A TPV object: what gpsd knew after a cycle of sentences."""

    mode: int = 0
    time: str | None = None
    lat: float | None = None
    lon: float | None = None
    speed: float | None = None
    track: float | None = None
    altMSL: float | None = None  # noqa: N815  # gpsd's name

    @property
    def micros(self) -> Micros | None:
        return moment(self.time.rstrip("Z")) if self.time else None


class Difference(NamedTuple):
    """What is known to differ in one log: gpsd's fixes we do not have, our positions gpsd has not, and why."""

    missed: int
    extra: int
    why: str


EXPLAINED = {
    "bu303-climbing": Difference(8, 0, "SiRF binary, not NMEA"),
    "bu303-nofix": Difference(0, 0, "SiRF binary, not NMEA"),
    "bu303-stillfix": Difference(11, 0, "SiRF binary, not NMEA"),
    "trimble-lassen_iq-playacar": Difference(71, 0, "Trimble TSIP, not NMEA"),
    "garmin-10x": Difference(
        0, 1, "one GGA of quality 6 (estimated): gpsd wants three satellites, we go on from a fix"
    ),
    "gps-360": Difference(0, 1, "the log ends before gpsd's cycle does, so gpsd never reports the last fix"),
    "quectel-l76k-nmea": Difference(0, 1, "the log ends before gpsd's cycle does, so gpsd never reports the last fix"),
    "mtk-3301": Difference(
        1, 0, "gpsd reports the position of a GGA of quality 0 whose RMC says V; to us that is none"
    ),
}


def reports_of(log: Path) -> list[Report]:
    lines = Path(f"{log}.chk").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Report) for line in lines if line.startswith(b'{"class":"TPV"')]


def events_of(log: Path, reports: Sequence[Report]) -> list[Event]:
    """Decoded as if it arrived when it was recorded."""
    recorded = next((report.micros for report in reports if report.micros is not None), moment("2026-01-01"))
    return decoded(NmeaFeed, log.read_bytes(), at=recorded)


def same_fix(ours: UnitMoved, report: Report) -> bool:
    assert report.lat is not None
    assert report.lon is not None
    if abs(ours.lat - report.lat) > ROUNDING_DEG or abs(ours.lon - report.lon) > ROUNDING_DEG:
        return False
    return ours.seen is None or report.micros is None or abs(ours.seen - report.micros) <= ROUNDING_S * 1e6


def compare(log: Path) -> tuple[list[UnitMoved], list[Report], list[UnitMoved], list[Report]]:
    """(our positions, gpsd's fixes, ours that gpsd has not, gpsd's that we have not)."""
    reports = reports_of(log)
    ours = moves(events_of(log, reports))
    placed = [report for report in reports if report.lat is not None and report.lon is not None]
    fixes = [report for report in placed if report.mode >= 2]
    extra = [fix for fix in ours if not any(same_fix(fix, report) for report in placed)]
    missed = [report for report in fixes if not any(same_fix(fix, report) for fix in ours)]
    return ours, fixes, extra, missed


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_positions_are_those_gpsd_found(log: Path) -> None:
    """Every position is one that gpsd reports for the same time, and every fix of gpsd's is among ours; what differs is
    known and has a reason."""
    _, _, extra, missed = compare(log)
    known = EXPLAINED.get(log.stem, Difference(0, 0, ""))
    assert (len(missed), len(extra)) == (known.missed, known.extra), known.why


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_speed_course_and_altitude_are_those_gpsd_found(log: Path) -> None:
    """Where gpsd gives one for the same fix, ours is the same within its digits."""
    reports = [report for report in reports_of(log) if report.lat is not None and report.micros is not None]
    for fix in moves(events_of(log, reports)):
        same = [report for report in reports if same_fix(fix, report)]
        for ours, theirs, within in (
            (fix.speed_mps, [report.speed for report in same], 0.002),
            (fix.course_deg, [report.track for report in same], 0.001),
            (fix.altitude_m, [report.altMSL for report in same], 0.001),
        ):
            known = [value for value in theirs if value is not None]
            if ours is not None and known and log.stem not in EXPLAINED:
                assert any(value == pytest.approx(ours, abs=within) for value in known), (fix, known)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_every_sentence_reads_as_pynmeagps_reads_it(log: Path) -> None:
    """Position, speed, course and altitude of each single position sentence."""
    for line in re.findall(rb"\$[A-Z]{2}(?:RMC|GGA|GNS|GLL),[!-~ ]*\*[0-9A-F]{2}", log.read_bytes()):
        theirs = read_by_pynmeagps(line)
        ours = moves(decoded(NmeaFeed, line))
        assert len(ours) == (theirs is not None), line
        for fix in ours:
            assert (fix.lat, fix.lon) == pytest.approx((theirs.lat, theirs.lon), abs=1e-8)
            assert fix.altitude_m == said(theirs, "alt")
            assert fix.course_deg == said(theirs, "cog")
            assert fix.speed_mps == pytest.approx(said(theirs, "spd", 1852 / 3600))


def read_by_pynmeagps(line: bytes) -> Any:
    """The sentence, when it tells a valid position that was measured; else None."""
    try:
        message = NMEAReader.parse(line + b"\r\n")
    except NMEAParseError:
        return None
    if message.lat == "":
        return None
    status, quality = getattr(message, "status", "A"), getattr(message, "quality", 1)
    mode = getattr(message, "posMode", "") or "A"
    return message if status == "A" and quality in range(1, 7) and mode.strip("NMS") else None


def said(message: Any, name: str, unit: float = 1.0) -> float | None:
    """A number of a sentence; pynmeagps gives an empty string for an empty field."""
    value: Any = getattr(message, name, "")
    return None if value == "" else value * unit


# --- traccar ----------------------------------------------------------------------------------------------------


class Sample(msgspec.Struct):
    """One string and what traccar's test expects of it."""

    expect: str
    data: str

    def __str__(self) -> str:
        return f"{self.expect} {self.data[:24]}"


DECODERS: dict[str, Decoder] = {
    "Cradlepoint": CradlepointFeed,
    "OwnTracks": OwntracksFeed,
    "T55": NmeaFeed,
    "Taip": TaipFeed,
}

SAMPLES = [
    (path.stem, sample)
    for path in STRINGS
    if path.stem in DECODERS
    for sample in msgspec.json.decode(path.read_bytes(), type=list[Sample])
]
each_sample = pytest.mark.parametrize(("kind", "sample"), SAMPLES, ids=str)


def read(kind: str, data: str) -> list[Event]:
    """In OwnTracks' file the request's path stands before its body."""
    return decoded(DECODERS[kind], data.removeprefix("/").encode("latin-1"))


def places(kind: str, data: str) -> Iterator[tuple[float, float]]:
    """The position in a string, read by the test's own means."""
    if kind == "OwnTracks":
        said = msgspec.json.decode(data.removeprefix("/"))
        yield said["lat"], said["lon"]
    for lat, lat_min, side, lon, lon_min, turn in re.findall(
        r"(\d\d)(\d\d\.\d+),([NS]),(\d{2,3})(\d\d\.\d+),([EW])", data
    ):
        yield (
            (int(lat) + float(lat_min) / 60) * (-1 if side == "S" else 1),
            (int(lon) + float(lon_min) / 60) * (-1 if turn == "W" else 1),
        )
    for lat, lon in re.findall(r"([+-]\d{7})([+-]\d{8})\d{6}", data):
        yield int(lat) / 1e5, int(lon) / 1e5
    for lat, lat_min, lon, lon_min in re.findall(r"([+-]\d\d)(\d\d\.\d{4})([+-]\d{3})(\d\d\.\d{4})", data):
        yield (
            float(f"{lat[0]}{int(lat[1:]) + float(lat_min) / 60}"),
            float(f"{lon[0]}{int(lon[1:]) + float(lon_min) / 60}"),
        )
    for lat, lon in re.findall(r"(?:QZE|TRCCR),.*?(-?\d+\.\d{5,}),(-?\d+\.\d{5,})", data):
        yield float(lat), float(lon)


def with_right_checksum(data: str) -> str:
    """The string with the checksum it should have. TAIP counts the opening mark and the star."""
    taip = data.startswith(">")
    start, star = data.find(">") if taip else data.find("$") + 1, data.find("*")
    if star < 0:
        return data
    check = reduce(xor, data[start : star + taip].encode())
    return f"{data[: star + 1]}{check:02X}{re.sub('^[0-9A-Fa-f]{1,2}', '', data[star + 1 :])}"


def without_fix(data: str) -> bool:
    """RMC and RMA with status V, WMCS with V behind its GPS word."""
    return re.search(r"RMC,[^,]*,V,|GPRMA,V,|,GPSE[A-Z],V,", data) is not None


@each_sample
def test_strings_decode_as_traccar_expects(kind: str, sample: Sample) -> None:
    """What should be a position is that position, and nothing else is one. Two kinds of string are refused although
    traccar takes them: wrong checksums (right ones make them positions), and fixes the device itself calls invalid."""
    found = [(fix.lat, fix.lon) for fix in moves(read(kind, sample.data))]
    if sample.expect == "verifyPosition":
        if without_fix(sample.data):
            assert not found
            return
        if any(fault.why == "checksum: wrong" for fault in faults(read(kind, sample.data))):
            assert not found
            mended = with_right_checksum(sample.data)
            assert mended != sample.data
            found = [(fix.lat, fix.lon) for fix in moves(read(kind, mended))]
        assert any(place == pytest.approx(expected) for expected in places(kind, sample.data) for place in found)
    elif sample.expect == "verifyNull":
        repeated = Sample("verifyPosition", sample.data) in [other for _, other in SAMPLES]
        assert not found or repeated  # traccar's second sight of a string, to a decoder that knows no device yet
    else:  # it checks an attribute only: a position is none of its business, if it is the right one
        assert all(place == pytest.approx(next(places(kind, sample.data))) for place in found)


@each_sample
def test_no_damage_to_a_string_raises(kind: str, sample: Sample) -> None:
    """Cut short anywhere, and with any byte changed, each string still only gives events."""
    data = sample.data.removeprefix("/").encode("latin-1")
    for place in range(len(data)):
        assert len(decoded(DECODERS[kind], data[:place])) <= 4
        assert len(decoded(DECODERS[kind], data[:place] + b"\xff" + data[place + 1 :])) <= 4
        assert decoded(DECODERS[kind], data[:place], data[place:]) == decoded(DECODERS[kind], data)


# --- the table --------------------------------------------------------------------------------------------------


def test_the_shares_are_those_the_documentation_states() -> None:
    """Prints what share of each set decodes; nearly all of gpsd's fixes from NMEA are ours."""
    table = Table("set", "of", "ours", "share", "why not the others", title="captured positions")
    totals = Counter[str]()
    for log in LOGS:
        ours, fixes, extra, missed = compare(log)
        kind = "binary" if "not NMEA" in EXPLAINED.get(log.stem, Difference(0, 0, "")).why else "NMEA"
        totals[f"{kind} fixes"] += len(fixes)
        totals[f"{kind} found"] += len(fixes) - len(missed)
        totals["positions"] += len(ours)
        totals["shared"] += len(ours) - len(extra)
        why = EXPLAINED.get(log.stem, Difference(0, 0, "")).why
        row(table, f"gpsd {log.stem}", len(fixes), len(fixes) - len(missed), why)
    row(table, "gpsd, NMEA logs", totals["NMEA fixes"], totals["NMEA found"], "")
    row(table, "gpsd, all logs", sum(totals[f"{k} fixes"] for k in ("NMEA", "binary")), totals["NMEA found"], "")
    row(table, "our positions that are gpsd's too", totals["positions"], totals["shared"], "")
    for kind in DECODERS:
        expected = [sample.data for name, sample in SAMPLES if name == kind and sample.expect == "verifyPosition"]
        found = [data for data in expected if moves(read(kind, data))]
        void = sum(map(without_fix, expected))
        wrong = len(expected) - len(found) - void
        row(table, f"traccar {kind}", len(expected), len(found), f"{wrong} wrong checksums, {void} without a fix")
    Console(width=140).print(table)
    assert totals["NMEA found"] >= 0.999 * totals["NMEA fixes"]


def row(table: Table, name: str, of: int, ours: int, why: str) -> None:
    table.add_row(name, str(of), str(ours), f"{ours / of:.2%}" if of else "", why)
