"""What a supervisor is given to review, and what stands out in a trail.

Knows: which acts are looks at somebody, how a day's sample is drawn, and the patterns that auditors look for.
Refuses to know: whether anything was misuse. A pattern is a reason to ask, and a person answers.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from center.core.access import ACTS
from center.core.effects import Audit
from center.core.events import DAY, MINUTE

LOOKED_UP = tuple(act for act, rule in ACTS.items() if rule.ground)
"""Acts by which somebody is looked up: those that want a ground."""
LOOKS = (*LOOKED_UP, "camera.listen", "camera.watch", "clip.look", "unit.audio", "unit.video")
"""Acts by which somebody is looked up or looked at."""
VERDICTS = {"review.fine": "fine", "review.ask": "asks", "review.object": "objects"}
LEAST_DRAWN, MOST_DRAWN, ONE_IN = 5, 50, 20
REPEATS = 3
TRAWLED = 6
REFUSALS = 3
AFTERWARDS = 30 * MINUTE
MOST_NAMED = 20


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stands out. `subject` is what it is about, empty where it is about many things; `lines` are ids,
    the first `MOST_NAMED`."""

    kind: str
    operator: str
    subject: str
    said: str
    count: int
    first: int
    last: int
    lines: tuple[str, ...]


def is_look(line: Audit) -> bool:
    return line.act in LOOKS


def drawn(lines: Iterable[Audit], key: str) -> list[Audit]:
    """A day's sample: of its looks, granted or not, one in twenty and five at least, those whose digests under the key
    are the lowest, with the lowest of every person's among them; in their own order. Nobody can tell beforehand,
    everybody can draw it again, and nobody's many looks hide somebody else's few."""
    looks = [line for line in lines if is_look(line)]
    ranked = sorted(looks, key=lambda line: hashlib.sha256(f"{key} {line.id}".encode()).digest())
    of_each = {line.operator: line for line in reversed(ranked)}  # the lowest stays
    many = min(MOST_DRAWN, max(LEAST_DRAWN, len(of_each), len(looks) // ONE_IN))
    first = sorted(of_each.values(), key=ranked.index)
    chosen = {line.id for line in list({line.id: line for line in (*first, *ranked)}.values())[:many]}
    return [line for line in looks if line.id in chosen]


def patterns(lines: Sequence[Audit], shifts: Mapping[str, str], zone: ZoneInfo) -> list[Pattern]:
    """What stands out in lines that are given in their order, the latest first. `shifts`: who works when, by the zone's
    clock, as `06:00-18:00`."""
    looks = [line for line in lines if is_look(line)]
    found = [
        *_repeated(looks),
        *_trawled(looks),
        *_without_case(looks),
        *_case_afterwards(looks),
        *_refused(looks),
        *_off_shift(looks, shifts, zone),
    ]
    return sorted(found, key=lambda one: (-one.last, one.kind, one.operator, one.subject))


def _pattern(kind: str, lines: Sequence[Audit], said: str, *, subject: str = "") -> Pattern:
    return Pattern(
        kind=kind,
        operator=lines[0].operator,
        subject=subject,
        said=said,
        count=len(lines),
        first=lines[0].at,
        last=lines[-1].at,
        lines=tuple(line.id for line in lines[:MOST_NAMED]),
    )


def _grouped(lines: Iterable[Audit], key: Callable[[Audit], tuple[str, ...]]) -> Iterator[list[Audit]]:
    groups: dict[tuple[str, ...], list[Audit]] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    yield from groups.values()


def _repeated(looks: Sequence[Audit]) -> Iterator[Pattern]:
    searches = [line for line in looks if line.act in LOOKED_UP]
    for lines in _grouped(searches, lambda line: (line.operator, _folded(line.subject))):
        if len(lines) >= REPEATS:
            cases = {line.case for line in lines if line.case}
            under = f"under {len(cases)} case number{'' if len(cases) == 1 else 's'}" if cases else "without a case"
            said = f"looked up {lines[0].subject} {len(lines)} times, {under}"
            yield _pattern("repeated", lines, said, subject=lines[0].subject)


def _folded(subject: str) -> str:
    """A subject however it is typed: capitals, accents and spaces make nobody somebody else."""
    plain = unicodedata.normalize("NFKD", subject).casefold()
    return "".join(mark for mark in plain if not unicodedata.combining(mark) and not mark.isspace())


def _trawled(looks: Sequence[Audit]) -> Iterator[Pattern]:
    searches = [line for line in looks if line.act in LOOKED_UP and line.granted]
    for lines in _grouped(searches, lambda line: (line.operator, line.case or "")):
        subjects = {_folded(line.subject) for line in lines}
        if len(subjects) >= TRAWLED:
            case = f"case {lines[0].case}" if lines[0].case else "no case"
            yield _pattern("trawled", lines, f"looked up {len(subjects)} different subjects under {case}")


def _without_case(looks: Sequence[Audit]) -> Iterator[Pattern]:
    for lines in _grouped(
        (line for line in looks if not line.granted and not line.case), lambda line: (line.operator,)
    ):
        subjects = len({line.subject for line in lines})
        about = f"{subjects} subject{'' if subjects == 1 else 's'}"
        said = f"asked {_times(len(lines))} without a case about {about}, refused"
        yield _pattern("no-case", lines, said)


def _case_afterwards(looks: Sequence[Audit]) -> Iterator[Pattern]:
    """Refused for want of a case, and granted soon afterwards with one: from where did the number come?"""
    for lines in _grouped(looks, lambda line: (line.operator, line.act, line.subject)):
        refused: Audit | None = None
        for line in lines:
            if not line.granted and not line.case:
                refused = line
            elif line.granted and refused is not None and line.at - refused.at <= AFTERWARDS:
                with_what = f"with case {line.case}" if line.case else f"with the reason “{line.reason}”"
                minutes = (line.at - refused.at) // MINUTE
                later = f"{minutes} min later" if minutes else "within a minute"
                said = f"was refused {line.subject} and had it {later} {with_what}"
                yield _pattern("case-afterwards", [refused, line], said, subject=line.subject)
                refused = None


def _refused(looks: Sequence[Audit]) -> Iterator[Pattern]:
    for lines in _grouped((line for line in looks if not line.granted), lambda line: (line.operator,)):
        if len(lines) >= REFUSALS:
            yield _pattern("refused", lines, f"was refused {len(lines)} looks")


def _off_shift(looks: Sequence[Audit], shifts: Mapping[str, str], zone: ZoneInfo) -> Iterator[Pattern]:
    for lines in _grouped(looks, lambda line: (line.operator,)):
        shift = shifts.get(lines[0].operator)
        outside = [line for line in lines if shift and not _within(line.at, shift, zone)]
        if outside:
            yield _pattern("off-shift", outside, f"looked {_times(len(outside))} outside the shift, {shift}")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _within(at: int, shift: str, zone: ZoneInfo) -> bool:
    """Whether a moment is in a shift, which may go over midnight."""
    begin, end = (time.fromisoformat(half) for half in shift.split("-"))
    clock = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(zone).time()
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def day_of(at: int, zone: ZoneInfo) -> str:
    """The day of a moment by the zone's clock, ISO 8601."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(zone).date().isoformat()


def span_of(day: str, zone: ZoneInfo) -> tuple[int, int]:
    """When a day began and ended by the zone's clock. Raises ValueError."""
    begin = datetime.fromisoformat(day).replace(tzinfo=zone)
    start = round(begin.timestamp() * 1_000_000)
    noon_after = datetime.fromtimestamp((start + DAY + DAY // 2) / 1_000_000, UTC).astimezone(zone)
    end = noon_after.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, round(end.timestamp() * 1_000_000)
