"""Position messages as the tests write them, from the formats' field tables, with checksums of their own.

Knows: how a message is put together, and which decoder is meant for it.
Refuses to know: what a decoder makes of it.
"""

from __future__ import annotations

from functools import partial, reduce
from operator import xor

import msgspec

from center.ingest.cradlepoint import CradlepointFeed
from center.ingest.nmea import NmeaFeed
from center.ingest.owntracks import OwntracksFeed
from center.ingest.taip import TaipFeed
from tests.center.ingest.position_feeds import NOW, decoded

nmea = partial(decoded, NmeaFeed)
taip = partial(decoded, TaipFeed)
cradlepoint = partial(decoded, CradlepointFeed)
owntracks = partial(decoded, OwntracksFeed)

SECOND = NOW // 1_000_000


def sentence(body: str) -> bytes:
    return f"${body}*{reduce(xor, body.encode()):02X}\r\n".encode()


def tag_block(text: str) -> bytes:
    return f"\\{text}*{reduce(xor, text.encode()):02X}\\".encode()


def rmc(
    clock: str = "115958.00",
    lat: str = "3013.51200",
    lon: str = "09312.87600",
    speed: str = "22.4",
    course: str = "084.4",
    date: str = "230326",
    status: str = "A",
    talker: str = "GP",
    mode: str = ",A",
) -> bytes:
    return sentence(f"{talker}RMC,{clock},{status},{lat},N,{lon},W,{speed},{course},{date},,{mode}")


def gga(
    clock: str = "115958.00", lat: str = "3013.51200", quality: str = "1", rest: str = "09,1.2,4.6,M,-27.0,M,,"
) -> bytes:
    return sentence(f"GPGGA,{clock},{lat},N,09312.87600,W,{quality},{rest}")


def message(body: str, star_counts: bool = True) -> bytes:
    """`>body;*hh<`; Trimble's checksum covers the star, that of some others does not."""
    text = f">{body};"
    check = reduce(xor, f"{text}*".encode() if star_counts else text.encode())
    return f"{text}*{check:02X}<".encode()


def pv(
    second: int = 43198, lat: str = "+3022520", lon: str = "-09321460", rest: str = "022084", fix: str = "12"
) -> str:
    return f"RPV{second:05d}{lat}{lon}{rest}{fix};ID=CP12"


def gp(when: str = "230326115958", rest: str = "3004D50", number: str = ";#0080") -> bytes:
    return message(f"RGP{when}+3022520-09321460036084{rest};ID=8385{number}")


def report(
    name: str = "353547063544681",
    clock: str = "115958",
    lat: str = "3013.51200",
    lon: str = "09312.87600",
    speed: str = "22.4",
    course: str = "84.4",
) -> bytes:
    return f"{name},{clock},{lat},N,{lon},W,{speed},{course},Some Carrier,LTE,-107,-74,-16,,100.64.1.9\r\n".encode()


def location(**fields: object) -> bytes:
    """A `location`; a field given as None is left out."""
    said: dict[str, object] = {"_type": "location", "lat": 30.2252, "lon": -93.2146, "tst": SECOND, "tid": "12"}
    said |= fields
    return msgspec.json.encode({name: value for name, value in said.items() if value is not None})
