"""Which reads may be a listed vehicle.

Knows: the hotlists in force, the reads of the lookback period, and which letters a camera mistakes for which.
Refuses to know: who is told, and whether a hit is true. A hit is a lead until a person has compared image and text.

Hotlists print the letter O as zero, and cameras confuse more than that, so plates are filed under a folded form in
which look-alikes are one character. What the fold joined is told apart again by `_compare`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from center.core.effects import Effect
from center.core.events import SECOND, Event, HotlistLoaded, Listing, Micros, PlateRead
from center.core.findings import Difference, Hit, HotlistRefused, Stopped

if TYPE_CHECKING:
    from center.core.picture import Picture

_FOLD = str.maketrans("OQDILBSZGA", "0001185264")
_ZERO = str.maketrans("O", "0")
_as_bytes = msgspec.json.Encoder().encode
_ONLY_DESCRIBED = ("make", "model", "color")
MAX_READS = 2_000_000
MAX_LETTERS_APART = 2
LONGEST_CODE = 4


class Entry(NamedTuple):
    """A listing where it is filed."""

    hotlist: str
    listing: Listing


class Hotlist(msgspec.Struct):
    """A list in force. `loaded_at` is when it arrived, `issued` when its maker says it was made."""

    name: str
    version: str
    loaded_at: Micros
    issued: Micros | None
    listings: tuple[Listing, ...]


class PlatesSlice(msgspec.Struct, dict=True):
    """`reads` is the memory for backward matching, oldest first from `head`; the indexes are derived."""

    hotlists: dict[str, Hotlist] = {}
    reads: list[PlateRead] = []
    head: int = 0

    def __post_init__(self) -> None:
        self.listed: dict[str, tuple[Entry, ...]] = {}
        self.passed: dict[str, list[PlateRead]] = {}
        for hotlist in self.hotlists.values():
            for listing in hotlist.listings:
                self.file(hotlist.name, listing)
        for read in self.reads[self.head :]:
            self.passed.setdefault(fold(read.plate), []).append(read)

    def file(self, hotlist: str, listing: Listing) -> None:
        key = fold(listing.plate)
        self.listed[key] = (*self.listed.get(key, ()), Entry(hotlist, listing))

    def unfile(self, hotlist: str, listing: Listing) -> None:
        key = fold(listing.plate)
        rest = tuple(entry for entry in self.listed.pop(key, ()) if entry != (hotlist, listing))
        if rest:
            self.listed[key] = rest


def fold(plate: str) -> str:
    """The plate with look-alike characters made one: O Q D 0, I L 1, 8 B, 5 S, 2 Z, 6 G, 4 A."""
    return plate.translate(_FOLD)


def as_listed(plate: str) -> str:
    """The plate as state files print it: the letter O is a zero."""
    return plate.translate(_ZERO)


def read(event: PlateRead, picture: Picture) -> Iterable[Effect]:
    here = picture.plates
    key = fold(event.plate)
    passed = here.passed.get(key)
    if passed is None:
        here.passed[key] = [event]
    elif any(p.read == event.read and p.reader == event.reader for p in passed):
        return ()  # a retransmission that outlived its decoder's memory
    else:
        passed.append(event)
    here.reads.append(event)
    _expire(here, Micros(picture.now - picture.site.policy.lookback_s * SECOND))
    hit = match(event, picture)
    if hit is not None:
        picture.found.append(hit)
    return ()


def on_findings(event: Event, picture: Picture) -> Iterable[Effect]:  # noqa: ARG001
    """A plate that a deputy has stopped is read like any other."""
    for finding in tuple(picture.found):
        if isinstance(finding, Stopped):
            read(finding.read, picture)
    return ()


def match(event: PlateRead, picture: Picture) -> Hit | None:
    """The listing that fits a read best: fewest differences, then by list, then by all that the listing says."""
    listed = picture.plates.listed
    if not listed:
        return None
    entries = listed.get(fold(event.plate), ())
    for candidate in event.candidates:
        if candidate.plate != event.plate:
            entries += listed.get(fold(candidate.plate), ())
    hits = [hit for entry in entries if (hit := _compare(event, entry, picture)) is not None]
    return min(hits, key=_preference) if hits else None


def _preference(hit: Hit) -> tuple[int, str, bytes]:
    """Never a tie between listings that differ: the order in which they were filed must not count."""
    return len(hit.differs), hit.hotlist, _as_bytes(hit.listing)


def _compare(event: PlateRead, entry: Entry, picture: Picture) -> Hit | None:
    """Whether read and listing may be one vehicle, and in what they differ. A plate that differs in letters is a lead
    only when the camera was in doubt, the state does not object and the vehicle is not plainly another. `effective` is
    when the entry was made, so a passage before it still counts."""
    listing = entry.listing
    if listing.expires is not None and picture.now >= listing.expires:
        return None
    differs = []
    letters = _letters_apart(event.plate, listing.plate)
    if letters:
        differs.append(Difference("letter", event.plate, listing.plate))
    if event.state and listing.state and event.state != listing.state:
        differs.append(Difference("state", event.state, listing.state))
    for what in _ONLY_DESCRIBED:
        ours, theirs = getattr(event, what), getattr(listing, what)
        if ours and theirs and not _same_word(ours, theirs):
            differs.append(Difference(what, ours, theirs))
    if letters:
        considered = any(as_listed(c.plate) == as_listed(listing.plate) for c in event.candidates)
        unsure = event.confidence is None or event.confidence < picture.site.policy.confusable_confidence
        if len(differs) > 1 or letters > MAX_LETTERS_APART or not (considered or unsure):
            return None
    return Hit(event, entry.hotlist, listing, tuple(differs))


def _same_word(read_word: str, listed_word: str) -> bool:
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


def _letters_apart(read_plate: str, listed_plate: str) -> int:
    if read_plate == listed_plate:
        return 0
    a, b = as_listed(read_plate), as_listed(listed_plate)
    if len(a) != len(b):
        return MAX_LETTERS_APART + 1
    return sum(x != y for x, y in zip(a, b, strict=True))


def _expire(here: PlatesSlice, before: Micros) -> None:
    """Forget reads older than the lookback, and the oldest when there are too many."""
    reads = here.reads
    while here.head < len(reads) and (reads[here.head].at < before or len(reads) - here.head > MAX_READS):
        key = fold(reads[here.head].plate)
        passed = here.passed[key]
        passed.pop(0)
        if not passed:
            del here.passed[key]
        here.head += 1
    if here.head > 4096 and here.head * 2 > len(reads):
        del reads[: here.head]
        here.head = 0


def hotlist_loaded(event: HotlistLoaded, picture: Picture) -> Iterable[Effect]:
    here = picture.plates
    old = here.hotlists.get(event.hotlist)
    if old is not None:
        if event.version == old.version and tuple(dict.fromkeys(event.listings)) == old.listings:
            return ()
        why = _objection(event, old, picture.site.policy.hotlist_shrink)
        if why:
            picture.found.append(HotlistRefused(event.hotlist, event.version, why))
            return ()
    before = dict.fromkeys(old.listings if old else ())
    after = dict.fromkeys(event.listings)
    for gone in before:
        if gone not in after:
            here.unfile(event.hotlist, gone)
    added = [listing for listing in after if listing not in before]
    for listing in added:
        here.file(event.hotlist, listing)
    here.hotlists[event.hotlist] = Hotlist(event.hotlist, event.version, event.at, event.issued, tuple(after))
    _expire(here, Micros(picture.now - picture.site.policy.lookback_s * SECOND))
    picture.found.extend(_backward(added, picture))
    return ()


def _objection(event: HotlistLoaded, old: Hotlist, shrink: float) -> str:
    """Why a delivery must not replace the list in force; empty when it may."""
    if event.issued is not None and old.issued is not None and event.issued < old.issued:
        return f"version {event.version} was issued before version {old.version}, which is in force"
    if len(event.listings) < len(old.listings) * shrink:
        return (
            f"version {event.version} has {len(event.listings)} listings, version {old.version} has {len(old.listings)}"
        )
    return ""


def _backward(added: list[Listing], picture: Picture) -> Iterable[Hit]:
    """Reads of the lookback period that fit a new listing, oldest first."""
    passed = picture.plates.passed
    hits: dict[tuple[str, str], Hit] = {}
    for listing in added:
        for past in passed.get(fold(listing.plate), ()):
            hit = match(past, picture)
            if hit is not None and hit.listing == listing:
                hits[past.reader, past.read] = msgspec.structs.replace(hit, backward=True)
    return sorted(hits.values(), key=lambda hit: (hit.read.at, hit.read.reader, hit.read.read))


def hotlist_age(hotlist: Hotlist, now: Micros) -> int:
    """Seconds since the list was made, by its own word, or else since it came."""
    return max(0, now - (hotlist.issued or hotlist.loaded_at)) // SECOND
