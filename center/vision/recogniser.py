"""Reading one plate that has been cut out.

Knows: the recogniser's network, and what confidence its likelihoods deserve.
Refuses to know: where in the frame the plate was, and whose it is.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from center.vision import columns
from center.vision.columns import ALPHABET, Looks
from center.vision.detector import Quad, cut
from center.vision.network import Network
from center.vision.opening import Image

WIDTH, HEIGHT = 160, 48
# "": cannot be told. In the order the network was taught.
STATES = (
    "", "AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS",
    "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY",
    "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
)  # fmt: skip
STATE_SURE = 0.6  # below it no state is claimed
SHARPNESS = 0.65  # of the likelihoods, so that 80 % sure is right in 80 %: benchmarks.plate_models.calibrate --fit
KEPT, FAINT = 5, 0.002  # alternatives kept, and the share below which none is worth keeping
SHORTEST = 2  # a single character is a smudge


class Look(NamedTuple):
    """One plate in one picture: its columns from each view, V x T x 37, and the state's probabilities."""

    columns: Looks
    states: NDArray[np.float64]


class Alternative(NamedTuple):
    char: str
    share: float


class Text(NamedTuple):
    """`characters`: per place what else it may be, likeliest first; `others`: whole texts that come next."""

    plate: str
    confidence: float
    characters: tuple[tuple[Alternative, ...], ...]
    others: tuple[tuple[str, float], ...]
    state: str | None
    state_confidence: float


class Recogniser:
    def __init__(self, model: Path) -> None:
        self._net = Network(model)

    def look(self, frame: Image, quads: list[Quad]) -> Look:
        """One plate, within each of the quads."""
        characters, states = self._net([cut(frame, quad, WIDTH, HEIGHT) for quad in quads])
        shares = np.maximum(_softmax(characters.astype(np.float64)), columns.FLOOR)
        return Look(shares, _softmax(states.astype(np.float64)).mean(axis=0))

    def glimpse(self, frame: Image, quad: Quad) -> str:
        """What a single quick look makes of it: enough to tell a plate from a headlamp."""
        return columns.best_path(self.look(frame, [quad]).columns[0])


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), np.float64)


def read(looks: list[Look]) -> Text:
    """One text for all looks at one plate, from one picture or from a passage's."""
    # Pictures of one passage share their light, their dirt and their angle: four count as two.
    worth = SHARPNESS * math.sqrt(len(looks))
    best, values = columns.settle(np.concatenate([look.columns for look in looks]), worth)
    characters = []
    for place in range(len(best.text)):
        row = np.array([values[best.text[:place] + char + best.text[place + 1 :]] for char in ALPHABET])
        shares = _softmax(row)
        order = np.argsort(-shares, kind="stable")[:KEPT]
        characters.append(tuple(Alternative(ALPHABET[i], float(shares[i])) for i in order if shares[i] >= FAINT))
    ranked = sorted(values.items(), key=lambda one: (-one[1], one[0]))
    shares = _softmax(np.array([value for _, value in ranked]))
    likely = [(text, float(share)) for (text, _), share in zip(ranked, shares, strict=True) if share >= FAINT]
    others = tuple(one for one in likely if one[0] != best.text)[:KEPT]
    # Most states press O and 0 with one die: which of the two it is, nobody can be sure, and nobody needs to be.
    same = [share for text, share in likely if text.replace("O", "0") == best.text.replace("O", "0")]
    confidence = min(1.0, sum(same)) if len(best.text) >= SHORTEST else 0.0
    state, sure = _state(looks)
    return Text(best.text, confidence, tuple(characters), others, state, sure)


def _state(looks: list[Look]) -> tuple[str | None, float]:
    shares = np.exp(np.mean([np.log(np.maximum(look.states, 1e-6)) for look in looks], axis=0))
    likeliest = int(shares.argmax())
    sure = float(shares[likeliest] / shares.sum())
    return (STATES[likeliest] if STATES[likeliest] and sure >= STATE_SURE else None), sure
