"""Mode S messages as a receiver's port 30005 serves them: the Beast format of jetvision, dump1090 and readsb.

Knows: frames (0x1a, a type, a stamp of 12 MHz ticks, a signal level, the message) and that 0x1a inside is doubled.
Refuses to know: what aircraft say and when (squitter, adsb).
"""

from __future__ import annotations

from twin.devices import squitter
from twin.devices.things import AircraftState

ESCAPE = b"\x1a"
TICKS_A_US = 12
STAMP_MASK = (1 << 48) - 1
HEARTBEAT = b"\x1a1" + bytes(9)


def frame(message: bytes, ticks: int, signal: int) -> bytes:
    """`message`: 7 or 14 bytes. `signal`: 0 to 255, the root of the power."""
    kind = b"3" if len(message) == 14 else b"2"
    body = (ticks & STAMP_MASK).to_bytes(6, "big") + bytes((signal,)) + message
    return ESCAPE + kind + body.replace(ESCAPE, ESCAPE + ESCAPE)


class Beast:
    """A dialect of `AdsbReceiver`. Ticks count from when the receiver was switched on."""

    heartbeat = HEARTBEAT

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._zero_us: int | None = None

    def hear(self, kind: int, aircraft: AircraftState, made_us: int, _: int, positions: int, share: float) -> None:
        if self._zero_us is None:
            self._zero_us = made_us
        signal = 20 + int(200 * share * share)
        self._frames.append(frame(_message(kind, aircraft, positions), (made_us - self._zero_us) * TICKS_A_US, signal))

    def said(self, _: int) -> bytes:
        out, self._frames = b"".join(self._frames), []
        return out

    def restart(self) -> None:
        self._zero_us = None


def _message(kind: int, aircraft: AircraftState, positions: int) -> bytes:
    if kind == 3:
        return squitter.airborne_position(aircraft, odd=bool(positions & 1))
    if kind == 2:
        return squitter.surface_position(aircraft, odd=bool(positions & 1))
    return _ENCODERS[kind](aircraft)


_ENCODERS = {
    1: squitter.identification,
    4: squitter.velocity,
    5: squitter.altitude_reply,
    6: squitter.identity_reply,
    7: squitter.air_to_air,
    8: squitter.all_call,
}
"""By the number that BaseStation gives a transmission."""
