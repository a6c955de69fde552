"""Which reads may be a listed vehicle.

Knows: the hotlists in force, the reads of the lookback period, what kinds of plates pass here, and what a lead costs.
Refuses to know: who is told, and whether a hit is true. A hit is a lead until a person has compared image and text.

What a text may mean is found by `plate_index`, how likely that is by `likelihood`; what is likely enough for a person
to look at is the site's to say (`Policy.leads_per_find`). How lists come and go is the business of `hotlists`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core.access import audience
from center.core.effects import Effect
from center.core.events import SECOND, Event, Listing, Micros, PlateRead
from center.core.findings import Difference, Hit, Stopped
from center.core.likelihood import count, probability, same_word
from center.core.plate_index import Entry, PlateIndex
from center.core.plate_text import as_listed, fold, ways_to_read

if TYPE_CHECKING:
    from center.core.picture import Picture

__all__ = ("Entry", "Hotlist", "PlatesSlice", "as_listed", "backward", "expire", "fold", "match", "on_findings", "read")

_as_bytes = msgspec.json.Encoder().encode
_ONLY_DESCRIBED = ("make", "model", "color")
MAX_READS = 2_000_000
MAX_OFFERED = 2  # other texts of a read, under which it is found again
LIKELY_MARK, DOUBTFUL_MARK = 0.05, 0.005  # what a reader's posterior must be for two such places, or for one


class Change(msgspec.Struct, frozen=True, gc=False):
    """A listing that was added to a list, or taken off it, between whole deliveries."""

    at: Micros
    listing: Listing
    is_off: bool


class Hotlist(msgspec.Struct):
    """A list in force. `source` is the feed it came by, `loaded_at` when it arrived, `issued` when its maker says it
    was made; `changes` are those since, oldest first."""

    name: str
    version: str
    loaded_at: Micros
    issued: Micros | None
    listings: tuple[Listing, ...]
    source: str = ""
    changes: tuple[Change, ...] = ()


class PlatesSlice(msgspec.Struct, dict=True):
    """`reads` is the memory for backward matching, oldest first from `head`; `fleet` counts what passes, by shape and
    state. The indexes are derived: `passed` has the reads by what they say, `offered` by what else they may say."""

    hotlists: dict[str, Hotlist] = {}
    reads: list[PlateRead] = []
    head: int = 0
    fleet: dict[str, int] = {}

    def __post_init__(self) -> None:
        self.index = PlateIndex()
        self.passed: dict[str, list[PlateRead]] = {}
        self.offered: dict[str, list[PlateRead]] = {}
        self.index.reserve(sum(len(hotlist.listings) for hotlist in self.hotlists.values()))
        for hotlist in self.hotlists.values():
            for listing in hotlist.listings:
                self.index.file(hotlist.name, listing)
        for past in self.reads[self.head :]:
            self.passed.setdefault(fold(past.plate), []).append(past)
            self.offer(past, _others(past, fold(past.plate)))

    @property
    def listed(self) -> dict[str, tuple[Entry, ...]]:
        return self.index.listed

    def offer(self, past: PlateRead, others: list[str]) -> None:
        """File a read where it is found again besides under its own text."""
        for key in others[:MAX_OFFERED]:
            self.offered.setdefault(key, []).append(past)


def _others(past: PlateRead, key: str) -> list[str]:
    """What else a read may say, folded, the likeliest first: other texts that the reader offers. `key` is its own."""
    plate = past.plate
    others = [fold(one.plate) for one in past.candidates if one.plate != plate]
    return [other for other in others if other != key] if others else others


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
    others = _others(event, key)
    if others:
        here.offer(event, others)
    count(event, here.fleet)
    expire(picture)
    picture.found.extend(match(event, key, others, picture))
    return ()


def on_findings(event: Event, picture: Picture) -> Iterable[Effect]:  # noqa: ARG001
    """A plate that a deputy has stopped is read like any other."""
    for finding in tuple(picture.found):
        if isinstance(finding, Stopped):
            read(finding.read, picture)
    return ()


def match(event: PlateRead, key: str, others: list[str], picture: Picture) -> Iterable[Hit]:
    """The listing that a read is likeliest to be, if that is likely enough to look at; one for every audience, so that
    nobody misses a hit for a likelier one that is kept from them. `key` is its text folded, `others` are the
    texts that the reader offers besides."""
    hits = [hit for entry in near(event, key, others, picture) if (hit := _compare(event, entry, picture)) is not None]
    if len(hits) < 2:  # nothing to choose from
        return hits
    best: dict[str, Hit] = {}
    for hit in sorted(hits, key=_preference):
        best.setdefault(audience(hit.hotlist, picture), hit)
    return best.values()


def near(event: PlateRead, key: str, others: list[str], picture: Picture) -> list[Entry]:
    """Every listing that a read may mean, however unlikely."""
    index = picture.plates.index
    if not index.count:
        return []
    keys = index.near(key)
    if event.characters:
        others = [*others, *_alternatives(event)]
    if others:
        keys = list(dict.fromkeys(keys + [other for other in others if other in index.listed]))
    return [entry for each in keys for entry in index.listed[each]]


def _preference(hit: Hit) -> tuple[float, int, str, bytes]:
    """Never a tie between listings that differ: the order in which they were filed must not count."""
    return -hit.likely, len(hit.differs), hit.hotlist, _as_bytes(hit.listing)


def _alternatives(event: PlateRead) -> Iterator[str]:
    """Folded texts that differ from the read's in one place or two, where the reader itself thought so."""
    if len(event.characters) != len(event.plate):
        return
    key = fold(event.plate)
    doubtful = [
        (at, fold(mark), sure)
        for at, place in enumerate(event.characters)
        for mark, sure in place.items()
        if sure >= DOUBTFUL_MARK and len(mark) == 1 and fold(mark) != key[at]
    ]
    for at, mark, _ in doubtful:
        yield key[:at] + mark + key[at + 1 :]
    likely = [(at, mark) for at, mark, sure in doubtful if sure >= LIKELY_MARK]
    for place, (at, mark) in enumerate(likely):
        for later, other in likely[place + 1 :]:
            if later > at:
                yield key[:at] + mark + key[at + 1 : later] + other + key[later + 1 :]


def _compare(event: PlateRead, entry: Entry, picture: Picture) -> Hit | None:
    """Whether read and listing are likely enough to be one vehicle, and in what they differ. What contradicts in
    nothing is always a lead: no list is so long that an exact match may be hidden in it. `effective` is when the entry
    was made, so a passage before it still counts, once it is in force."""
    listing, now, policy = entry.listing, picture.now, picture.site.policy
    if listing.expires is not None and now >= listing.expires:
        return None
    if listing.effective is not None and now < listing.effective:
        return None
    here = picture.plates
    likely = probability(event, listing, here.fleet, here.index.count, policy.listed_share)
    differs = differences(event, listing)
    if differs and likely * (1.0 + policy.leads_per_find) < 1.0:
        return None
    return Hit(event, entry.hotlist, listing, differs, round(likely, 4))


def differences(event: PlateRead, listing: Listing) -> tuple[Difference, ...]:
    """What a person must compare."""
    differs = []
    if event.plate != listing.plate and as_listed(event.plate) != as_listed(listing.plate):
        differs.append(Difference("letter", event.plate, listing.plate))
    if event.state and listing.state and event.state != listing.state:
        differs.append(Difference("state", event.state, listing.state))
    for what in _ONLY_DESCRIBED:
        ours, theirs = getattr(event, what), getattr(listing, what)
        if ours and theirs and not same_word(ours, theirs):
            differs.append(Difference(what, ours, theirs))
    return tuple(differs)


def expire(picture: Picture) -> None:
    """Forget reads older than the lookback, and the oldest when there are too many."""
    here = picture.plates
    before = picture.now - picture.site.policy.lookback_s * SECOND
    reads = here.reads
    while here.head < len(reads) and (reads[here.head].at < before or len(reads) - here.head > MAX_READS):
        gone = reads[here.head]
        _pop_first(here.passed, fold(gone.plate))
        for key in _others(gone, fold(gone.plate))[:MAX_OFFERED]:
            _pop_first(here.offered, key)
        here.head += 1
    if here.head > 4096 and here.head * 2 > len(reads):
        del reads[: here.head]
        here.head = 0


def _pop_first(filed: dict[str, list[PlateRead]], key: str) -> None:
    reads = filed[key]
    reads.pop(0)
    if not reads:
        del filed[key]


def backward(added: list[Listing], picture: Picture) -> Iterable[Hit]:
    """Reads of the lookback period that fit a new listing, oldest first."""
    hits: dict[tuple[str, str, str], Hit] = {}
    new = dict.fromkeys(added)
    for past in _perhaps(added, picture.plates):
        key = fold(past.plate)
        for hit in match(past, key, _others(past, key), picture):
            if hit.listing in new:
                hits[past.reader, past.read, hit.hotlist] = msgspec.structs.replace(hit, backward=True)
    return sorted(hits.values(), key=lambda hit: (hit.read.at, hit.read.reader, hit.read.read, hit.hotlist))


def _perhaps(added: list[Listing], here: PlatesSlice) -> Iterator[PlateRead]:
    """Reads worth matching again. Each of a few listings is looked for among the reads; among many, each read."""
    passed, offered = here.passed, here.offered
    if not passed:
        return
    if len(added) <= len(passed) // 8:
        for listing in added:
            for key in ways_to_read(listing.plate):
                yield from passed.get(key, ())
            yield from offered.get(fold(listing.plate), ())
        return
    new = PlateIndex()
    new.reserve(len(added))
    for listing in added:
        new.file("", listing)
    for key, reads in passed.items():
        is_near = bool(new.near(key))
        for past in reads:
            if is_near or any(other in new.listed for other in _others(past, key)[:MAX_OFFERED]):
                yield past
