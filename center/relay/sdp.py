"""What a camera offers: its session description (RFC 8866) as RTSP cameras write it.

Knows: the media, their codecs and parameters, and where each is asked for.
Refuses to know: how it is asked for. Nothing raises.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

_MOST_LINES = 512
_STATIC = {"0": ("PCMU", 8000, 1), "8": ("PCMA", 8000, 1), "26": ("JPEG", 90000, 1)}


Kind: TypeAlias = Literal["video", "audio", "application"]
"""What a track carries; `application` is what a camera says of itself."""


class Media(NamedTuple):
    """`codec` is in capitals as in the description; `control` is where it is set up."""

    kind: str
    codec: str
    rate_hz: int
    channels: int
    parameters: Mapping[str, str]
    control: str


def media(description: bytes, address: str) -> list[Media]:
    """What is offered at `address`; of each the first format only, as cameras offer one."""
    found: list[list[str]] = []
    session: list[str] = []
    for line in description.decode("utf-8", "replace").splitlines()[:_MOST_LINES]:
        line = line.strip()
        if line.startswith("m="):
            found.append([line])
        else:
            (found[-1] if found else session).append(line)
    base = _control(session, address, address)
    return [one for lines in found if (one := _media(lines, base)) is not None]


def first(offered: list[Media], kind: Kind) -> Media | None:
    return next((one for one in offered if one.kind == kind), None)


def parameter_sets(said: Media) -> list[bytes]:
    """H.264's `sprop-parameter-sets` (RFC 6184, 8.1); many cameras leave it out or write nonsense."""
    sets = []
    for text in said.parameters.get("sprop-parameter-sets", "").split(",")[:8]:
        try:
            nal = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            continue
        if nal:
            sets.append(nal)
    return sets


def _media(lines: list[str], base: str) -> Media | None:
    words = lines[0][2:].split()
    if len(words) < 4:
        return None
    kind, payload = words[0].lower(), words[3]
    codec, rate_hz, channels = _STATIC.get(payload, ("", 0, 1))
    parameters: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        number, _, rest = value.partition(" ")
        if number != payload:
            continue
        if name == "a=rtpmap":
            named = [*rest.strip().split("/"), "", ""]
            codec, rate_hz, channels = named[0].upper(), _number(named[1], 90_000), _number(named[2], 1)
        elif name == "a=fmtp":
            for pair in rest.split(";"):
                key, equals, said = pair.partition("=")
                if equals:
                    parameters[key.strip().lower()] = said.strip()
    return Media(kind, codec, rate_hz or 90_000, channels, parameters, _control(lines, base, base))


def _control(lines: list[str], base: str, otherwise: str) -> str:
    said = next((line[10:].strip() for line in lines if line.startswith("a=control:")), "")
    if not said or said == "*":
        return otherwise
    if "://" in said:
        return said
    return f"{base.rstrip('/')}/{said.lstrip('/')}"  # as every client does it, whether the base ends in a slash or not


def _number(text: str, otherwise: int) -> int:
    is_fit = text.isascii() and text.isdigit() and len(text) < 8
    return int(text) or otherwise if is_fit else otherwise
