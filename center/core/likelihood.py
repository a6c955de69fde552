"""How likely it is that the car a camera read is the listed one.

Knows: how cameras err, what passes here (shapes of plates by state, learned from the reads), and Bayes' rule.
Refuses to know: which listings are near (see plate_index), and what is done with the answer (see plates).

    odds = prior x P(what the camera said | the listed car) / P(what it said | any other car)

The prior is the share of passing cars that are on a list, divided by the length of the lists. Any other car is one of
those that pass here: the mean over all plates of each shape, in its share, of how well they would explain the read. A
reader's posteriors character by character are taken as they are (`PlateRead.characters`). For a reader that gives one
confidence, its doubt is shared: most of it among the other texts that it offers, else among look-alike characters.
docs/plates.md has the reasoning and what it earns. The numbers below are assumptions that are stated there.
"""

from __future__ import annotations

from typing import NamedTuple

from center.core.events import Listing, PlateRead
from center.core.plate_text import ALIKE, as_listed, shape, stacked

LEAST_DOUBT, MOST_DOUBT, UNTOLD_DOUBT = 0.002, 0.5, 0.15
OFFERED_SHARE = 0.7  # of the doubt, for the other texts that the reader offers
ALIKE_SHARE = 0.7  # of the doubt about a character, for those that look like it
SLIP_SHARE = 0.1  # of the doubt: a character missed, or one too many
EDGE_SHARE = 0.8  # of missed characters, the first and the last
STACK_MISSED = 0.05  # of plates with stacked letters, those whose letters are skipped or put on the other side
STATE_SURE = 0.9  # a reader that does not say how sure it is of the state
OTHER_STATES = 5.0  # among which a wrong state is shared
UNTOLD_STATE = 0.3  # how well a car whose state no reader told explains a state that is told
STRANGE_SHARE = 0.01  # of plates, those that are made up of anything
FEWEST_PER_LISTING = 200.0  # a list shorter than this is no more likely to be met, one for one
KEPT_SHAPES, LEAST_SHARE = 400, 0.001
UNSEEN, PSEUDO = 20.0, 100.0  # what a shape counts before it was seen, and all of them together
_SIZES = {"9": 10.0, "A": 26.0}
_ANYTHING = 36.0
_ALIKE = {
    mark: tuple(dict.fromkeys(as_listed(other) for other in alike if as_listed(other) != as_listed(mark)))
    for alike in ALIKE
    for mark in alike
}

MAKE, MODEL, COLOR = (6.0, 0.11), (2.7, 0.3), (4.5, 0.18)
"""How many times likelier a word that agrees, or one that does not, is of the listed car than of another."""


class Doubt(NamedTuple):
    """What a camera may have seen. `places`: at each place of its text, the characters it may be; `rest`: the chance of
    each character not named there; `others`: whole texts, with their chances; `kept`: the chance that the text has as
    many characters as the plate, `slip` that it has one fewer or one more."""

    places: tuple[dict[str, float], ...]
    rest: tuple[float, ...]
    others: dict[str, float]
    kept: float
    slip: float


def count(read: PlateRead, fleet: dict[str, int]) -> None:
    """Take note of a passage in `fleet`: reads by shape and state, as `999AAA/LA`. When there are too many kinds, the
    rare are forgotten."""
    kind = f"{shape(read.plate)}/{read.state or ''}"
    known = fleet.get(kind)
    if known is not None:
        fleet[kind] = known + 1
        return
    fleet[kind] = 1
    if len(fleet) > KEPT_SHAPES:
        halved = {name: many // 2 for name, many in fleet.items() if many > 1}
        fleet.clear()
        fleet.update(halved)


def doubt(read: PlateRead) -> Doubt:
    """What the camera's word is worth."""
    text = as_listed(read.plate)
    told = UNTOLD_DOUBT if read.confidence is None else 1.0 - read.confidence
    wrong = min(max(told, LEAST_DOUBT), MOST_DOUBT)
    offered = {as_listed(one.plate): one.confidence for one in read.candidates if as_listed(one.plate) != text}
    weight = sum(offered.values())
    share = wrong * OFFERED_SHARE if weight > 0 else 0.0
    others = {plate: share * sure / weight for plate, sure in offered.items()} if share else {}
    slip = wrong * SLIP_SHARE
    if len(read.characters) == len(text):
        places = tuple(_posterior(place) for place in read.characters)
    else:
        places = tuple(_confused(mark, (wrong - share) / len(text)) for mark in text)
    rest = tuple(max(0.0, 1.0 - sum(place.values())) / (_ANYTHING - len(place)) for place in places)
    return Doubt(places, rest, others, 1.0 - share - slip, slip)


def _posterior(place: dict[str, float]) -> dict[str, float]:
    """A reader's own word for a place; O and zero are one, and nothing is certain."""
    told: dict[str, float] = {}
    for mark, sure in place.items():
        told[as_listed(mark)] = told.get(as_listed(mark), 0.0) + sure
    most = (1.0 - LEAST_DOUBT / 10) / max(1.0, sum(told.values()))
    return {mark: sure * most for mark, sure in told.items()}


def _confused(mark: str, wrong: float) -> dict[str, float]:
    alike = _ALIKE.get(mark, ())
    place = {other: wrong * ALIKE_SHARE / len(alike) for other in alike}
    place[mark] = 1.0 - wrong
    return place


def likelihood(seen: Doubt, plate: str) -> float:
    """How well a plate explains the read."""
    text = as_listed(plate)
    size, places = len(text), len(seen.places)
    told = seen.others.get(text, 0.0)
    if size == places:
        told += seen.kept * _along(seen, text)
    elif size == places + 1:
        told += seen.slip * _missed(seen, text)
    elif size == places - 1:
        told += seen.slip * _extra(seen, text)
    for form in stacked(plate):
        if len(form) == places:
            told += STACK_MISSED * seen.kept * _along(seen, as_listed(form))
    return told


def _along(seen: Doubt, text: str) -> float:
    product = 1.0
    for mark, place, rest in zip(text, seen.places, seen.rest, strict=True):
        product *= place.get(mark, rest)
    return product


def _edges(size: int) -> list[float]:
    """How often each character is the one that is missed."""
    if size < 2:
        return [1.0] * size
    inner = (1.0 - EDGE_SHARE) / max(1, size - 2)
    return [EDGE_SHARE / 2, *[inner] * (size - 2), EDGE_SHARE / 2]


def _missed(seen: Doubt, text: str) -> float:
    """One of the plate's characters was not read."""
    return sum(share * _along(seen, text[:at] + text[at + 1 :]) for at, share in enumerate(_edges(len(text))))


def _extra(seen: Doubt, text: str) -> float:
    """A screw or a frame was read as one."""
    places, rest = seen.places, seen.rest
    return sum(
        share * _along(seen._replace(places=places[:at] + places[at + 1 :], rest=rest[:at] + rest[at + 1 :]), text)
        for at, share in enumerate(_edges(len(places)))
    )


def chance(seen: Doubt, read: PlateRead, listing: Listing, own: float, fleet: dict[str, int]) -> float:
    """How well the cars that pass here explain the read, but for the listed one, which alone does so by `own`."""
    total = sum(fleet.values()) + PSEUDO
    mine = f"{shape(read.plate)}/{read.state or ''}"
    kinds = {kind: many / total for kind, many in fleet.items() if many > total * LEAST_SHARE}
    kinds[mine] = (fleet.get(mine, 0) + UNSEEN) / total
    digits, letters = _means(seen)
    listed_shape = shape(as_listed(listing.plate)), shape(listing.plate)
    told = STRANGE_SHARE / _ANYTHING ** len(seen.places)
    for kind, share in kinds.items():
        form, _, state = kind.partition("/")
        mean = seen.kept * _mean(form, digits, letters) if len(form) == len(seen.places) else 0.0
        if len(form) == len(seen.places) + 1:
            mean = seen.slip * sum(
                edge * _mean(form[:at] + form[at + 1 :], digits, letters) for at, edge in enumerate(_edges(len(form)))
            )
        one = share / _count(form)
        told_here = share * mean
        told_here += one * sum(sure for plate, sure in seen.others.items() if shape(plate) == form)
        if form in listed_shape and (not listing.state or not state or state == listing.state):
            told_here -= one * own
        told += max(0.0, told_here) * _states(read, state or None)
    return told


def _count(form: str) -> float:
    """How many plates there are of a shape."""
    product = 1.0
    for mark in form:
        product *= _SIZES.get(mark, 1.0)
    return product


def _means(seen: Doubt) -> tuple[list[float], list[float]]:
    """At each place, the mean chance over the ten digits, and over the letters (O is written as zero)."""
    digits, letters = [], []
    for place, rest in zip(seen.places, seen.rest, strict=True):
        digit = [sure for mark, sure in place.items() if mark.isdecimal()]
        letter = [sure for mark, sure in place.items() if not mark.isdecimal() or mark == "0"]
        digits.append((sum(digit) + (10 - len(digit)) * rest) / 10.0)
        letters.append((sum(letter) + (26 - len(letter)) * rest) / 26.0)
    return digits, letters


def _mean(form: str, digits: list[float], letters: list[float]) -> float:
    product = 1.0
    for mark, digit, letter in zip(form, digits, letters, strict=True):
        product *= digit if mark == "9" else letter
    return product


def _states(read: PlateRead, state: str | None) -> float:
    """How well a car of that state explains the state that the reader told."""
    if not read.state:
        return 1.0
    sure = STATE_SURE if read.state_confidence is None else min(max(read.state_confidence, 0.5), 0.995)
    if not state:
        return UNTOLD_STATE
    return sure if state == read.state else (1.0 - sure) / OTHER_STATES


def described(read: PlateRead, listing: Listing) -> float:
    """How much likelier make, model and colour are of the listed car than of another. Plates are put on other cars, and
    cameras err: a contradiction lowers, and never forbids."""
    product = 1.0
    if read.make and listing.make:
        same = same_word(read.make, listing.make)
        product *= MAKE[0] if same else MAKE[1]
        if same and read.model and listing.model:
            product *= MODEL[0] if same_word(read.model, listing.model) else MODEL[1]
    if read.color and listing.color:
        product *= COLOR[0] if same_word(read.color, listing.color) else COLOR[1]
    return product


LONGEST_CODE = 4


def same_word(read_word: str, listed_word: str) -> bool:
    """Whether a camera's word for a make, model or colour and a list's may mean the same. Lists print O as zero, and
    codes of at most four letters that skip some: TOYT, MERZ, BLK. Cameras say silver-gray where a list says SIL."""
    ours, theirs = as_listed(read_word.upper()), as_listed(listed_word.upper())
    if ours == theirs:
        return True
    return any(
        word == theirs or (len(theirs) <= LONGEST_CODE and word[:1] == theirs[:1] and _skips(word, theirs))
        for word in (ours, *ours.replace("-", " ").split())
    )


def _skips(word: str, code: str) -> bool:
    """Whether the letters of the code come in the word in this order."""
    left = iter(word)
    return all(letter in left for letter in code)


def probability(read: PlateRead, listing: Listing, fleet: dict[str, int], listed: int, listed_share: float) -> float:
    """That the car which was read is the listed one, when `listed` are listed and `listed_share` of passing cars are
    among them."""
    seen = doubt(read)
    own = likelihood(seen, listing.plate)
    same = own * _states(read, listing.state) * described(read, listing)
    if not same:
        return 0.0
    other = chance(seen, read, listing, own, fleet)
    prior = listed_share / max(FEWEST_PER_LISTING, float(listed))
    return prior * same / (prior * same + other)
