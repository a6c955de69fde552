"""From columns of character probabilities to a text, exactly.

Knows: connectionist temporal classification (Graves et al., 2006): the likelihood of a text, of every text that differs
from it in one character, and how several looks at one plate are put together.
Refuses to know: pictures and networks.

A look is a matrix of T columns by 37 classes; class 0 is the blank, the rest are ALPHABET. Looks at one plate are
independent
only in part, so their log-likelihoods are averaged and then counted as `WORTH` looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 10
FLOOR = 1e-5  # no class is impossible in any column

Looks = NDArray[np.float64]  # V x T x 37


class Fit(NamedTuple):
    """`one_off[i, c]`: the log-likelihood with character i replaced by c, over all looks; `score` is the text's own."""

    text: str
    score: float
    one_off: NDArray[np.float64]


def best_path(look: NDArray[np.float64]) -> str:
    """The text of the likeliest class in each column."""
    classes = look.argmax(axis=1)
    kept = classes[(classes > 0) & (classes != np.concatenate(([0], classes[:-1])))]
    return "".join(ALPHABET[one - 1] for one in kept)[:LONGEST]


def fit(looks: Looks, text: str) -> Fit:
    """How well `text`, and each text one character away, explains the looks."""
    labels = np.array([1 + ALPHABET.index(char) for char in text], np.intp)
    columns, length = looks.shape[1], len(labels)
    if not length:
        alone = np.log(looks[:, :, 0]).sum(axis=1).mean()
        return Fit("", float(alone), np.empty((0, len(ALPHABET))))
    states = np.zeros(2 * length + 1, np.intp)
    states[1::2] = labels
    emit = looks[:, :, states]  # V x T x S
    skip = np.zeros(2 * length + 1)  # 1 where a state may be entered from two before
    skip[3::2] = labels[1:] != labels[:-1]
    forward, backward = np.zeros_like(emit), np.zeros_like(emit)
    forward[:, 0, :2] = emit[:, 0, :2]
    for t in range(1, columns):
        before = forward[:, t - 1]
        into = before.copy()
        into[:, 1:] += before[:, :-1]
        into[:, 2:] += before[:, :-2] * skip[2:]
        forward[:, t] = into * emit[:, t]
    backward[:, -1, -2:] = 1.0  # what follows, the column's own emission not counted
    for t in range(columns - 2, -1, -1):
        after = backward[:, t + 1] * emit[:, t + 1]
        out = after.copy()
        out[:, :-1] += after[:, 1:]
        out[:, :-2] += after[:, 2:] * skip[2:]
        backward[:, t] = out
    own = np.log(np.maximum(forward[:, -1, -2:].sum(axis=1), 1e-300))
    one_off = _one_off(looks, labels, emit, forward, backward)
    return Fit(text, float(own.mean()), np.log(np.maximum(one_off, 1e-300)).mean(axis=0))


def _one_off(
    looks: Looks, labels: NDArray[np.intp], emit: Looks, forward: Looks, backward: Looks
) -> NDArray[np.float64]:
    """V x length x 36: the likelihood with another character in one place. A character's stay runs from its first
    column to
    its last; before it lies the forward sum of what precedes, behind it the backward sum of what follows."""
    views, columns, _ = looks.shape
    length = len(labels)
    others = np.arange(1, looks.shape[2])
    places = 2 * np.arange(length) + 1
    differs_left = np.ones((length, len(others)))
    differs_left[1:] = others[None, :] != labels[:-1, None]
    differs_right = np.ones((length, len(others)))
    differs_right[:-1] = others[None, :] != labels[1:, None]
    stay = np.zeros((views, length, len(others)))
    total = np.zeros_like(stay)
    first = np.zeros((1, length, 1))
    first[0, 0] = 1.0
    # What comes after place i: the blank behind it, or the next character at once.
    ahead = backward * emit
    blank_after = np.zeros((views, columns + 1, length))
    blank_after[:, :columns] = ahead[:, :, places + 1]
    next_after = np.zeros((views, columns + 1, length))
    next_after[:, :columns, :-1] = ahead[:, :, places[:-1] + 2]
    at_end = np.zeros((columns + 1, length))
    at_end[columns, -1] = 1.0
    for t in range(columns):
        if t:
            blank_before = forward[:, t - 1, places - 1, None]
            char_before = np.zeros((views, length, 1))
            char_before[:, 1:] = forward[:, t - 1, places[:-1], None]
            enter = blank_before + char_before * differs_left
        else:
            enter = first
        stay = (stay + enter) * looks[:, t, None, 1:]
        leave = (
            blank_after[:, t + 1, :, None]
            + next_after[:, t + 1, :, None] * differs_right
            + at_end[t + 1][None, :, None]
        )
        total += stay * leave
    return total


def settle(looks: Looks, guesses: Iterable[str] = (), rounds: int = 4) -> tuple[Fit, list[Fit]]:
    """The text that explains all looks best, and the other texts tried. Starts from each look's own best path and
    climbs by
    single characters."""
    tried: dict[str, Fit] = {}
    for guess in (*(best_path(look) for look in looks), *guesses):
        if guess not in tried:
            tried[guess] = fit(looks, guess)
    best = max(tried.values(), key=lambda one: (one.score, one.text))
    for _ in range(rounds):
        moves = [best.text[:i] + best.text[i + 1 :] for i in range(len(best.text))]
        if best.one_off.size and best.one_off.max() > best.score + 1e-9:
            place, char = np.unravel_index(int(best.one_off.argmax()), best.one_off.shape)
            moves = [best.text[:place] + ALPHABET[char] + best.text[place + 1 :]]
        elif len(looks) == 1 or best.score > -1.0:
            break
        for move in moves:
            if move not in tried:
                tried[move] = fit(looks, move)
        better = max(tried.values(), key=lambda one: (one.score, one.text))
        if better is best:
            break
        best = better
    return best, [one for one in tried.values() if one is not best]
