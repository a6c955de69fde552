"""How good a line is, on a good day and under faults.

Knows: the numbers that describe a line, how a fault worsens them, and what damage does to bytes.
Refuses to know: time, queues, and when a message leaves.
"""

from __future__ import annotations

from random import Random
from typing import Literal

import msgspec

from twin.devices.faults import AnyFault, Cut, Damage, Delay, Duplicate, Loss, Reorder, Seconds, Share

INSERTED_BYTES = 8


class LineQuality(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line on a good day. `jitter_ms` is the median of a lognormal delay on top of `delay_ms`; `bandwidth_kbps` 0 is
    unlimited; `queue` bounds the messages under way, and what exceeds it is refused."""

    transport: Literal["datagram", "stream", "request"] = "datagram"
    delay_ms: Seconds = 0.0
    jitter_ms: Seconds = 0.0
    loss: Share = 0.0
    duplicate: Share = 0.0
    duplicate_within_ms: Seconds = 500.0
    reorder: Share = 0.0
    reorder_by_ms: Seconds = 1500.0
    damage: Share = 0.0
    damage_how: Literal["any", "flip", "truncate", "insert"] = "any"
    cut: Share = 0.0
    bandwidth_kbps: Seconds = 0.0
    queue: int = 1000


PERFECT = LineQuality()
STREAM = LineQuality(transport="stream")
REQUEST = LineQuality(transport="request")


def worsened(quality: LineQuality, fault: AnyFault) -> LineQuality:
    """The line under one more fault. Delays add up; of two probabilities of the same mishap, either may strike."""
    if isinstance(fault, Delay):
        return msgspec.structs.replace(
            quality, delay_ms=quality.delay_ms + fault.add_ms, jitter_ms=quality.jitter_ms + fault.jitter_ms
        )
    if isinstance(fault, Loss):
        return msgspec.structs.replace(quality, loss=_either(quality.loss, fault.rate))
    if isinstance(fault, Duplicate):
        return msgspec.structs.replace(
            quality, duplicate=_either(quality.duplicate, fault.rate), duplicate_within_ms=fault.within_ms
        )
    if isinstance(fault, Reorder):
        return msgspec.structs.replace(quality, reorder=_either(quality.reorder, fault.rate), reorder_by_ms=fault.by_ms)
    if isinstance(fault, Damage):
        return msgspec.structs.replace(quality, damage=_either(quality.damage, fault.rate), damage_how=fault.how)
    if isinstance(fault, Cut):
        return msgspec.structs.replace(quality, cut=_either(quality.cut, fault.rate))
    return quality


def _either(one: float, other: float) -> float:
    return 1.0 - (1.0 - one) * (1.0 - other)


def damaged(data: bytes, how: str, dice: Random) -> bytes:
    """`data` with one to three bits flipped, its end cut off, or up to eight bytes put in; nothing stays nothing."""
    if not data:
        return data
    if how == "any":
        how = dice.choice(("flip", "truncate", "insert"))
    if how == "truncate":
        return data[: dice.randrange(len(data))]
    if how == "insert":
        at = dice.randrange(len(data) + 1)
        return data[:at] + dice.randbytes(dice.randint(1, INSERTED_BYTES)) + data[at:]
    out = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)
