"""NMEA 0183 as a vehicle's modem speaks it: RMC, GGA, VTG, and the router's own identity sentence.

Knows: sentence layout (IEC 61162-1), checksums, and two ways routers say who they are (a prefix, or a $PCPTI sentence).
Refuses to know: when a fix is sent, and whether it is true.

Every function returns one whole sentence with its CR LF. `utc_us` is the time of the fix in microseconds UTC. `fix` is
None when the receiver has none: the sentence then has empty fields and status V (RMC), quality 0 (GGA) or mode N (VTG).
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from twin.devices.things import Fix
from twin.devices.utc import date, time_of_day

KNOT_MPS = 1852 / 3600
GEOID_M = -27.0  # height of the geoid over the ellipsoid in south-west Louisiana (EGM96)


def checksum(body: str) -> int:
    """Exclusive-or of the characters between `$` and `*`."""
    return reduce(xor, body.encode("ascii"))


def sentence(body: str) -> str:
    return f"${body}*{checksum(body):02X}\r\n"


def rmc(utc_us: int, fix: Fix | None, talker: str = "GP", *, valid: bool = True) -> str:
    """Recommended minimum data. With `valid` false the sentence says V and still carries the position, as receivers do
    that repeat their last one; such a position must not be believed."""
    year, month, day = date(utc_us)
    stamp = f"{day:02d}{month:02d}{year % 100:02d}"
    if fix is None:
        return sentence(f"{talker}RMC,{_clock(utc_us)},V,,,,,,,{stamp},,,N")
    status, mode = ("A", "A") if valid else ("V", "N")
    motion = f"{fix.speed_mps / KNOT_MPS:.2f},{_course(fix)}"
    return sentence(f"{talker}RMC,{_clock(utc_us)},{status},{_place(fix)},{motion},{stamp},,,{mode}")


def gga(utc_us: int, fix: Fix | None, talker: str = "GP") -> str:
    """Fix data: position, quality, satellites, altitude above mean sea level."""
    if fix is None:
        return sentence(f"{talker}GGA,{_clock(utc_us)},,,,,0,00,,,M,,M,,")
    altitude = "" if fix.altitude_m is None else f"{fix.altitude_m:.1f}"
    return sentence(f"{talker}GGA,{_clock(utc_us)},{_place(fix)},1,09,0.9,{altitude},M,{GEOID_M},M,,")


def vtg(fix: Fix | None, talker: str = "GP") -> str:
    """Course and speed over ground; carries neither time nor position."""
    if fix is None:
        return sentence(f"{talker}VTG,,T,,M,,N,,K,N")
    knots, kmh = fix.speed_mps / KNOT_MPS, fix.speed_mps * 3.6
    return sentence(f"{talker}VTG,{_course(fix)},T,,M,{knots:.2f},N,{kmh:.2f},K,A")


def identity(system_id: str, router_utc_us: int, gga_sentence: str) -> str:
    """Cradlepoint's $PCPTI: system id, the router's clock, then time and checksum of the GGA sentence it belongs to."""
    body, _, check = gga_sentence.strip().partition("*")
    gga_time = body.split(",", 2)[1]
    hour, minute, second, _ = time_of_day(router_utc_us)
    return sentence(f"PCPTI,{system_id},{hour:02d}{minute:02d}{second:02d},{gga_time},{check}")


def _clock(utc_us: int) -> str:
    hour, minute, second, micros = time_of_day(utc_us)
    return f"{hour:02d}{minute:02d}{second:02d}.{micros // 10_000:02d}"


def _place(fix: Fix) -> str:
    """Degrees and minutes to 1e-5 minutes (2 cm); rounded as one integer so that minutes never read 60."""
    lat_degrees, lat = divmod(round(abs(fix.lat) * 6_000_000), 6_000_000)
    lon_degrees, lon = divmod(round(abs(fix.lon) * 6_000_000), 6_000_000)
    return (
        f"{lat_degrees:02d}{lat // 100_000:02d}.{lat % 100_000:05d},{'S' if fix.lat < 0 else 'N'},"
        f"{lon_degrees:03d}{lon // 100_000:02d}.{lon % 100_000:05d},{'W' if fix.lon < 0 else 'E'}"
    )


def _course(fix: Fix) -> str:
    return "" if fix.course_deg is None else f"{round(fix.course_deg, 1) % 360.0:.1f}"
