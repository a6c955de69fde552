"""Who speaks: the ways vehicle modems put a name beside their NMEA 0183 sentences.

Knows: names in front of a sentence, names on a line of their own, and the sentences that carry one.
Refuses to know: which of several names wins, and what else a sentence says.

A name is what the device calls itself (IMEI, serial number, phone number, a word an installer typed), as printable
ASCII of at most `MAX_NAME` characters.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_NAME = 64

_PREFIX = re.compile(rb"(?:[\w.+-]+/)?([A-Za-z0-9+][\w.+-]{2,63})[\s,;:|/=]*")
_ONLY_A_NUMBER = re.compile(rb"\d*\.\d*")
_BARE = re.compile(rb"[0-9A-Fa-f]{8,32}")
_IMEI = re.compile(rb"IMEI[\s=:,]*(\w{4,32})")

_NAME_AT = {b"PCPTI": 1, b"PSIWMDID": 1, b"PGID": 1, b"DEVID": 1, b"GPFID": 1, b"CONNECT": 1, b"ID": 1, b"QZE": 1}
_NO_DEVICE_ID = b"0"
_PUBX_DEVICE_AT = 19


@lru_cache(maxsize=4096)
def in_front(head: bytes) -> str | None:
    """The name in what stands before the `$`: `NAME$`, `NAME,$`, `ROUTER/NAME/$`. It has at least three characters and
    a digit among them; anything else is noise, or the rest of a damaged sentence."""
    found = _PREFIX.fullmatch(head.strip(b"\0 \t"))
    if found is None:
        return None
    name = found[1]
    if _ONLY_A_NUMBER.fullmatch(name) or not any(digit in name for digit in b"0123456789"):
        return None
    return name.decode()


def on_a_line(line: bytes) -> str | None:
    """The name on a line that is no sentence: `IMEI 351467108700000`, or nothing but 8 to 32 hexadecimal digits."""
    line = line.strip()
    if _BARE.fullmatch(line):
        return line.decode()
    found = _IMEI.fullmatch(line)
    return found[1].decode() if found else None


def in_sentence(fields: list[bytes]) -> str | None:
    """The name a sentence carries; `fields` begins with its address. None for the many that carry none."""
    address = fields[0]
    index = _NAME_AT.get(address)
    if index is None:
        if address == b"PUBX":  # its reserved field: u-blox writes 0, routers their id
            index = _PUBX_DEVICE_AT
            if len(fields) > index and fields[index].strip(_NO_DEVICE_ID) == b"":
                return None
        elif address == b"GPTXT" and fields[1:2] == [b"NET"]:
            index = 2
        elif address.startswith(b"IMEI"):
            return on_a_line(b",".join(fields[:2]))
        else:
            return None
    return printable(fields[index]) if index < len(fields) else None


def behind(tail: bytes) -> str | None:
    """The IMEI in the list some modems put behind the checksum: `*hh,satellites,imei,ignition,…`."""
    fields = tail.split(b",", 3)
    return fields[2].decode() if len(fields) > 2 and len(fields[2]) == 15 and fields[2].isdigit() else None


def printable(raw: bytes) -> str | None:
    name = raw.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isascii() or not name.decode("ascii").isprintable():
        return None
    return name.decode("ascii")
