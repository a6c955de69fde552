"""Who is shown what of the room: the rules, as data.

Knows: which kinds of thing each role is shown, what an agency that has joined is shown of them, and which lists are
kept from whom.
Refuses to know: how a thing looks when it is shown (see api/shown.py), and acts (see access).

People of whom the same is true are one audience: they are shown the same frame, which is made once for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from center.core import access

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.roster import RosterOperator

KINDS = ("units", "aircraft", "alerts", "incidents", "cameras", "feeds", "log")
SEES: dict[str, tuple[str, ...]] = {
    "administrator": ("feeds",),
    "auditor": KINDS,
    "deputy": ("units", "aircraft", "incidents"),
    "detective": ("incidents",),
    "operator": KINDS,
    "supervisor": KINDS,
    "trainer": KINDS,
}
"""By role, of people of an own agency. A representative is shown what the own agency's row in the roster says."""


class Audience(msgspec.Struct, frozen=True, gc=False):
    """`kinds` are shown, but for what comes of the lists `withheld`. `agency`: another agency that has joined, to whom
    its own units are shown in full and those of others as places, alerts of the lists `shared` with it, and incidents
    that somebody has shared with it."""

    kinds: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    agency: str = ""
    shared: tuple[str, ...] = ()

    def is_shown(self, hotlist: str) -> bool:
        """Whether what comes of a list is for them; of none (an empty name) it is the room's."""
        return hotlist in self.shared if self.agency else hotlist not in self.withheld


ROOM = Audience(KINDS)
NOBODY = Audience(())


def of(who: str, picture: Picture) -> Audience:
    """The audience that a person belongs to now."""
    operator = picture.site.operators.get(who)
    agency = picture.site.agencies.get(operator.agency) if operator else None
    if operator is None or agency is None:
        return NOBODY
    if operator.role == "representative":
        if agency.own or not agency.sees:
            return NOBODY
        return Audience(agency.sees, agency=agency.agency, shared=_shared(operator, picture))
    if not agency.own or (operator.role == "trainer" and not picture.site.is_simulated):
        return NOBODY
    return Audience(SEES.get(operator.role, ()), access.withheld(who, picture))


def _shared(operator: RosterOperator, picture: Picture) -> tuple[str, ...]:
    """Lists whose rule names the agency; one that says nothing is the room's own."""
    lists = picture.site.hotlists
    return tuple(
        name
        for name in sorted(lists)
        if operator.agency in lists[name].agencies and access.may_see(operator, name, picture)
    )
