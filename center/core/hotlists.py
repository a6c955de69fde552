"""Which lists are in force: how they come, are refused, and go.

Knows: when a delivery may replace the list before it, what it adds and takes away, and how old a list is.
Refuses to know: how a list is written (see ingest), and which reads fit a listing (see plates).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect
from center.core.events import SECOND, HotlistChanged, HotlistLoaded, HotlistSpoiled, Listing, Micros
from center.core.findings import HotlistAltered, HotlistRefused, HotlistTaken
from center.core.plate_index import PlateIndex
from center.core.plate_text import as_listed, fold
from center.core.plates import Change, Hotlist, backward, expire

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_CHANGES = 10_000


def loaded(event: HotlistLoaded, picture: Picture) -> Iterable[Effect]:
    """A whole list, which replaces the one before it or is refused. Changes that came after it was made still count."""
    here = picture.plates
    old = here.hotlists.get(event.hotlist)
    made = event.issued or event.at
    changes = tuple(change for change in old.changes if change.at > made) if old else ()
    after = dict.fromkeys(_with_changes(tuple(dict.fromkeys(event.listings)), changes))
    if old is not None:
        if event.version == old.version and (old.changes or tuple(after) == old.listings):
            return ()
        why = _objection(event, old, picture.site.policy.hotlist_shrink)
        if why:
            picture.found.append(HotlistRefused(event.hotlist, why))
            return ()
    before = dict.fromkeys(old.listings if old else ())
    for gone in before:
        if gone not in after:
            here.index.unfile(event.hotlist, gone)
    added = [listing for listing in after if listing not in before]
    if len(added) > len(before):
        here.index.reserve(len(added))
    for listing in added:
        here.index.file(event.hotlist, listing)
    here.hotlists[event.hotlist] = Hotlist(
        event.hotlist, event.version, event.at, event.issued, tuple(after), event.source, changes
    )
    picture.found.append(HotlistTaken(event.hotlist))
    picture.found.append(HotlistAltered(event.hotlist))
    expire(picture)
    picture.found.extend(backward(added, picture))
    return ()


def changed(event: HotlistChanged, picture: Picture) -> Iterable[Effect]:
    """Additions and removals between whole lists; a list may begin with them."""
    here = picture.plates
    old = here.hotlists.get(event.hotlist) or Hotlist(event.hotlist, event.version, event.at, None, (), event.source)
    changes = [Change(event.at, listing, is_off=True) for listing in event.removed]
    changes += [Change(event.at, listing, is_off=False) for listing in event.added]
    after = _with_changes(old.listings, changes)
    for change in changes:
        for hotlist, listing in here.index.listed.get(fold(change.listing.plate), ()):
            if change.is_off and hotlist == event.hotlist and _is_meant(change.listing, listing):
                here.index.unfile(hotlist, listing)
    added = [one for one in dict.fromkeys(event.added) if not _is_filed(event.hotlist, one, here.index)]
    for listing in added:
        here.index.file(event.hotlist, listing)
    here.hotlists[event.hotlist] = msgspec.structs.replace(
        old, listings=after, changes=(*old.changes, *changes)[-MAX_CHANGES:]
    )
    picture.found.append(HotlistAltered(event.hotlist))
    expire(picture)
    picture.found.extend(backward(added, picture))
    return ()


def spoiled(event: HotlistSpoiled, picture: Picture) -> Iterable[Effect]:
    """The list in force stays, and a person is told."""
    picture.found.append(HotlistRefused(event.hotlist, event.why))
    return ()


def _with_changes(listings: tuple[Listing, ...], changes: Sequence[Change]) -> tuple[Listing, ...]:
    for change in changes:
        if change.is_off:
            listings = tuple(listing for listing in listings if not _is_meant(change.listing, listing))
        elif change.listing not in listings:
            listings = (*listings, change.listing)
    return listings


def _is_meant(said: Listing, listing: Listing) -> bool:
    """Whether an entry is the one to be taken off."""
    return (
        as_listed(said.plate) == as_listed(listing.plate)
        and said.state in (None, listing.state)
        and said.case in (None, listing.case)
    )


def _is_filed(hotlist: str, listing: Listing, index: PlateIndex) -> bool:
    return (hotlist, listing) in index.listed.get(fold(listing.plate), ())


def _objection(event: HotlistLoaded, old: Hotlist, shrink: float) -> str:
    """Why a delivery must not replace the list in force; empty when it may."""
    if event.issued is not None and old.issued is not None and event.issued < old.issued:
        return f"version {event.version} was issued before version {old.version}, which is in force"
    if len(event.listings) < len(old.listings) * shrink:
        return (
            f"version {event.version} has {len(event.listings)} listings, version {old.version} has {len(old.listings)}"
        )
    return ""


def age(hotlist: Hotlist, now: Micros) -> int:
    """Seconds since the list was made, by its own word, or else since it came."""
    return max(0, now - (hotlist.issued or hotlist.loaded_at)) // SECOND
