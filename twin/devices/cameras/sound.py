"""What a microphone in a car hears: an engine, something like a voice, and the time in beeps.

Knows: PCMU (G.711 mu-law, 8 kHz) and the beeps (docs/cameras.md): each second of the camera's clock begins with a mark,
and six tones say which second of the minute it is.
Refuses to know: packets, who listens, real speech.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from twin.devices.cameras.things import Seen
from twin.devices.things import SECOND_US

RATE = 8_000
PACKET = 160
MARK_HZ, ONE_HZ, ZERO_HZ = 2_000.0, 1_500.0, 1_000.0
MARK_S, BIT_S, BITS = 0.08, 0.05, 6
VOICE_S = 7
_BIAS, _CLIP = 132, 32_635

Floats = NDArray[np.float64]


class Sound:
    """One microphone. `dice` make its voice."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._voice: Floats | None = None
        self._second = -1
        self._heard = b""

    @property
    def step_us(self) -> int:
        return PACKET * SECOND_US // RATE

    def next(self, clock_us: int, seen: Seen) -> bytes:
        """The next 20 ms, 160 octets."""
        if self._voice is None:
            self._voice = voice(self._dice)
        second, micros = divmod(clock_us, SECOND_US)
        if second != self._second:
            self._second, self._heard = second, _a_second(self._voice, second, seen.speed_mps)
        at = micros * RATE // SECOND_US // PACKET * PACKET
        return self._heard[at : at + PACKET]


def _a_second(voice: Floats, second: int, speed_mps: float) -> bytes:
    from_ = second % VOICE_S * RATE
    t = np.arange(RATE) / RATE
    engine = 0.04 * np.sin(2 * np.pi * (45 + 2 * round(speed_mps)) * t)
    mixed = 0.35 * voice[from_ : from_ + RATE] + engine
    beeps = _beeps(second % 60)
    mixed[: len(beeps)] = beeps
    return pcmu(mixed)


@lru_cache(maxsize=60)
def _beeps(second: int) -> Floats:
    """A mark, then six tones, the highest bit first."""
    tones = [(MARK_HZ, MARK_S)]
    tones += [(ONE_HZ if second >> bit & 1 else ZERO_HZ, BIT_S) for bit in reversed(range(BITS))]
    return np.concatenate([0.4 * np.sin(2 * np.pi * hz * np.arange(round(s * RATE)) / RATE) for hz, s in tones])


def voice(dice: Random) -> Floats:
    """Some seconds of syllables: harmonics of a wandering pitch under two formants, with pauses. Between -1 and 1."""
    pitch_hz = dice.uniform(95.0, 210.0)
    parts: list[Floats] = []
    while sum(map(len, parts)) < VOICE_S * RATE:
        t = np.arange(round(dice.uniform(0.08, 0.25) * RATE)) / RATE
        if dice.random() < 0.25:
            parts.append(np.zeros(len(t)))
            continue
        hz, formants = pitch_hz * dice.uniform(0.85, 1.2), (dice.uniform(300, 800), dice.uniform(900, 2_200))
        syllable = np.zeros(len(t))
        for harmonic in range(1, int(3_400 / hz)):
            weight = sum(1.0 / (1.0 + ((harmonic * hz - formant) / 150.0) ** 2) for formant in formants)
            syllable += weight * np.sin(2 * np.pi * harmonic * hz * t)
        parts.append(syllable * np.sin(np.pi * np.arange(len(t)) / len(t)))
    whole = np.concatenate(parts)[: VOICE_S * RATE]
    return np.asarray(whole / np.abs(whole).max())


def pcmu(samples: Floats) -> bytes:
    """Samples between -1 and 1 as G.711 mu-law."""
    linear = np.clip(np.round(samples * 32_767), -32_768, 32_767).astype(np.int32)
    size = np.minimum(np.abs(linear), _CLIP) + _BIAS
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = size >> (exponent + 3) & 0x0F
    sign = np.where(linear < 0, 0x80, 0)
    return bytes((~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8))
