"""Moments as devices write them.

Knows: ISO 8601 / RFC 3339 text and Unix milliseconds, and that neither can be trusted to be a moment at all.
Refuses to know: what happened then.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from center.core.events import Micros

EARLIEST = Micros(0)
LATEST = Micros(4_102_444_800_000_000)  # 2100-01-01: beyond it lie garbage and units mixed up
_LATEST_MS = LATEST // 1000


def micros_of_iso(text: str) -> Micros:
    """Microseconds since the epoch of an ISO 8601 date or date-time; without an offset it is taken as UTC. Raises
    ValueError for anything else and for moments before 1970 or after 2099."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return checked(micros_of(moment))


def micros_of(moment: datetime) -> Micros:
    """Exact, unlike going by way of float seconds. `moment` knows its offset."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return Micros((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def micros_of_epoch_ms(value: float) -> Micros:
    """Microseconds of Unix milliseconds. Raises ValueError outside 1970 to 2099, and for NaN."""
    if not 0 <= value < _LATEST_MS:
        raise ValueError(f"{value!r:.40} is not a moment in Unix milliseconds")
    return Micros(int(value * 1000) if isinstance(value, int) else round(value * 1000))


def checked(moment: Micros) -> Micros:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("moment before 1970 or after 2099")
    return moment


def zone_of(name: str) -> tzinfo:
    """Of an IANA name. Raises ValueError for what is none, so that a site file's mistake is told when it is read."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"option tz: {name!r} is no IANA time zone such as America/Chicago") from None
