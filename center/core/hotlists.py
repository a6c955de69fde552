"""Which lists are in force: how they come, are refused, and go.

Knows: when a delivery may replace the list before it, what it adds and takes away, and how old a list is.
Refuses to know: how a list is written (see ingest), and which reads fit a listing (see plates).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from center.core.effects import Effect
from center.core.events import SECOND, HotlistLoaded, Micros
from center.core.findings import HotlistRefused
from center.core.plates import Hotlist, backward, expire

if TYPE_CHECKING:
    from center.core.picture import Picture


def loaded(event: HotlistLoaded, picture: Picture) -> Iterable[Effect]:
    """A whole list, which replaces the one before it or is refused."""
    here = picture.plates
    old = here.hotlists.get(event.hotlist)
    after = dict.fromkeys(event.listings)
    if old is not None:
        if event.version == old.version and tuple(after) == old.listings:
            return ()
        why = _objection(event, old, picture.site.policy.hotlist_shrink)
        if why:
            picture.found.append(HotlistRefused(event.hotlist, event.version, why))
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
        event.hotlist, event.version, event.at, event.issued, tuple(after), event.source
    )
    expire(picture)
    picture.found.extend(backward(added, picture))
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


def age(hotlist: Hotlist, now: Micros) -> int:
    """Seconds since the list was made, by its own word, or else since it came."""
    return max(0, now - (hotlist.issued or hotlist.loaded_at)) // SECOND
