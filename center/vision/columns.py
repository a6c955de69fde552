"""From columns of character probabilities to a text, exactly.

Knows: connectionist temporal classification (Graves et al., 2006): the likelihood of a text, of every text that differs
from it in one character, and how several looks at one plate are put together.
Refuses to know: pictures and networks.

A look is a matrix of T columns by 37 classes; class 0 is the blank, the rest are ALPHABET. Looks at one plate are
independent
only in part, so their log-likelihoods are averaged and then counted as `WORTH` looks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from center.vision.grammar import by_shape, log_prior, shape, shapes_of

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 10
FLOOR = 1e-5  # no class is impossible in any column
TRIED = 2  # texts of known shapes that are looked at closely
POOR = -2.5  # a text that explains the looks worse than this may have a character too many

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


class _Path(NamedTuple):
    """A text as states: a blank, its first character, a blank, and so on. `skip`: 1 where a state may be entered from
    two before."""

    labels: NDArray[np.intp]
    emit: Looks  # V x T x states
    skip: NDArray[np.float64]


def _path(looks: Looks, text: str) -> _Path:
    labels = np.array([1 + ALPHABET.index(char) for char in text], np.intp)
    states = np.zeros(2 * len(labels) + 1, np.intp)
    states[1::2] = labels
    skip = np.zeros(len(states))
    skip[3::2] = labels[1:] != labels[:-1]
    return _Path(labels, looks[:, :, states], skip)


def likelihood(looks: Looks, text: str) -> float:
    """The log-likelihood of the text, the mean over the looks."""
    return _mean_log(_forward(_path(looks, text))[:, -1, -2:].sum(axis=1))


def fit(looks: Looks, text: str) -> Fit:
    """How well `text`, and each text one character away, explains the looks."""
    if not text:
        return Fit("", likelihood(looks, ""), np.empty((0, len(ALPHABET))))
    path = _path(looks, text)
    forward, backward = _forward(path), _backward(path)
    one_off = _one_off(looks, path.labels, path.emit, forward, backward)
    own = _mean_log(forward[:, -1, -2:].sum(axis=1))
    return Fit(text, own, np.log(np.maximum(one_off, 1e-300)).mean(axis=0))


def _mean_log(likelihoods: NDArray[np.float64]) -> float:
    return float(np.log(np.maximum(likelihoods, 1e-300)).mean())


def _forward(path: _Path) -> Looks:
    """What leads to each state by each column, its own emission counted."""
    emit, forward = path.emit, np.zeros_like(path.emit)
    forward[:, 0, :2] = emit[:, 0, :2]
    for t in range(1, emit.shape[1]):
        before = forward[:, t - 1]
        into = before.copy()
        into[:, 1:] += before[:, :-1]
        into[:, 2:] += before[:, :-2] * path.skip[2:]
        forward[:, t] = into * emit[:, t]
    return forward


def _backward(path: _Path) -> Looks:
    """What may follow each state after each column, that column's own emission not counted."""
    emit, backward = path.emit, np.zeros_like(path.emit)
    backward[:, -1, -2:] = 1.0
    for t in range(emit.shape[1] - 2, -1, -1):
        after = backward[:, t + 1] * emit[:, t + 1]
        out = after.copy()
        out[:, :-1] += after[:, 1:]
        out[:, :-2] += after[:, 2:] * path.skip[2:]
        backward[:, t] = out
    return backward


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


def settle(looks: Looks, worth: float = 1.0, rounds: int = 4) -> tuple[Fit, dict[str, float]]:
    """The text that is likeliest after all looks, and of every text thought of its log-likelihood times `worth` plus
    what the grammar thinks of it. Starts from each look's own best path and climbs."""
    tried: dict[str, float] = {}

    def value(text: str) -> float:
        if text not in tried:
            tried[text] = likelihood(looks, text) * worth + log_prior(text)
        return tried[text]

    best = max(dict.fromkeys(best_path(look) for look in looks), key=lambda text: (value(text), text))
    found = fit(looks, best)
    for _ in range(rounds):
        better = max((best, *_moves(found, worth)), key=lambda text: (value(text), text))
        if better == best:
            break
        best, found = better, fit(looks, better)
    values = dict(tried)
    for place, row in enumerate(found.one_off):
        before, after = best[:place], best[place + 1 :]
        digit, letter = (by_shape(shape(f"{before}{one}{after}")) for one in "0A")
        for char, score in zip(ALPHABET, row, strict=True):
            values.setdefault(f"{before}{char}{after}", float(score) * worth + (digit if char.isdigit() else letter))
    return found, values


def _moves(one: Fit, worth: float) -> list[str]:
    """Texts that may be likelier: the best other character in one place, the best text of a known shape (its characters
    taken each for itself), and, when it fits badly, the text without one of its characters."""
    length = len(one.text)
    if not length:
        return []
    gain = (one.one_off - one.score) * worth
    digits, letters = gain[:, :10], gain[:, 10:]
    forms: list[tuple[float, str]] = []
    for form in (shape(one.text), *shapes_of(length)):
        text, sum_of_gains = "", 0.0
        for place, kind in enumerate(form):
            rows, offset = (digits, 0) if kind == "9" else (letters, 10)
            likeliest = int(rows[place].argmax())
            text += ALPHABET[offset + likeliest]
            sum_of_gains += float(rows[place, likeliest])
        forms.append((sum_of_gains + by_shape(form), text))
    moves = [text for _, text in sorted(forms, reverse=True)[:TRIED]]
    if one.score * worth < POOR:
        moves += [one.text[:place] + one.text[place + 1 :] for place in range(length)]
    return [text for text in dict.fromkeys(moves) if text != one.text]
