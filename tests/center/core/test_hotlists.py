"""How lists come into force, change, are refused, and what a site says of each."""

from __future__ import annotations

from typing import Any

from center.core.effects import Send, Withdraw
from center.core.events import HotlistChanged, HotlistSpoiled, Listing
from center.core.roster import RosterHotlist
from tests.center.core.facts import Room, confirm, dismiss, hotlist, listed, of, read, site, when


def changed(s: float, *added: Listing, off: tuple[Listing, ...] = (), version: str = "c1") -> HotlistChanged:
    return HotlistChanged(at=when(s), source="list", hotlist="state", version=version, added=tuple(added), removed=off)


def spoiled(s: float, why: str = "its trailer is missing: half-written") -> HotlistSpoiled:
    return HotlistSpoiled(at=when(s), source="list", hotlist="state", why=why)


def wanted(room: Room) -> list[str]:
    (force,) = room.picture.plates.hotlists.values()
    filed = {entry.listing.plate for entries in room.picture.plates.listed.values() for entry in entries}
    assert filed == {listing.plate for listing in force.listings}
    assert room.picture.plates.index.count == len(force.listings)
    return [listing.plate for listing in force.listings]


# --- what cannot be believed ------------------------------------------------------------------------------------------


def test_a_spoiled_delivery_leaves_the_list_in_force_and_raises_one_alert() -> None:
    """Half-written, then empty. Fails when a fault is only counted: the room would search with an old list and not
    know."""
    room = Room(site(), hotlist(listed("ABC123")))
    room.tell(spoiled(10), spoiled(20, "it lists nothing"))
    assert room.alert("hotlist-refused").detail == "it lists nothing"
    room.tell(read("ABC123", 30))
    assert room.alert().subject == "ABC123"


def test_the_next_good_delivery_settles_it() -> None:
    room = Room(site(), hotlist(listed("ABC123")), spoiled(10))
    room.tell(hotlist(listed("ABC123"), listed("DEF456"), version="v2", s=20))
    assert room.alert("hotlist-refused").closed_at == when(20)
    assert room.alert("hotlist-refused").state == "dismissed"


# --- between whole lists ----------------------------------------------------------------------------------------------


def test_a_car_called_in_between_two_lists_is_wanted_at_once_and_backward() -> None:
    room = Room(site(), hotlist(listed("ABC123")), read("DEF456", 5))
    room.tell(changed(10, listed("DEF456")))
    assert room.alert().reads[0].backward
    assert wanted(room) == ["ABC123", "DEF456"]


def test_a_car_that_is_found_is_taken_off_at_once() -> None:
    """By plate and state, whatever else its entry says; by case, only that entry."""
    room = Room(site(), hotlist(listed("ABC123", case="1", make="FORD"), listed("ABC123", case="2"), listed("DEF456")))
    room.tell(changed(10, off=(Listing("ABC123", "LA", case="2"),)))
    assert wanted(room) == ["ABC123", "DEF456"]
    room.tell(changed(20, off=(Listing("ABC123", "LA"),)), read("ABC123", 30))
    assert wanted(room) == ["DEF456"]
    assert room.alerts() == []


def test_a_list_may_begin_with_a_single_addition() -> None:
    """A parish's own lookout, typed at noon."""
    room = Room(site(), changed(1, listed("ABC123")), changed(2, listed("ABC123")), read("ABC123", 3))
    assert wanted(room) == ["ABC123"]
    assert room.alert()


def test_a_whole_list_that_was_made_before_a_change_does_not_undo_it() -> None:
    """The export ran at 10, a car was called in at 20, the file came at 30. One that was made later says the last
    word."""
    room = Room(site(), hotlist(listed("ABC123"), listed("GHI789"), issued=0))
    room.tell(changed(20, listed("DEF456"), off=(Listing("GHI789", "LA"),)))
    room.tell(hotlist(listed("ABC123"), listed("GHI789"), version="v2", issued=10, s=30))
    assert wanted(room) == ["ABC123", "DEF456"]
    room.restart()
    room.tell(hotlist(listed("ABC123"), listed("GHI789"), version="v2", issued=10, s=31))
    assert wanted(room) == ["ABC123", "DEF456"]
    room.tell(hotlist(listed("ABC123"), listed("GHI789"), version="v3", issued=40, s=50))
    assert wanted(room) == ["ABC123", "GHI789"]


# --- what a site says of a list ---------------------------------------------------------------------------------------

AMBER: dict[str, Any] = {"hotlists": (RosterHotlist("state", "amber", unconfirmed=True),)}


def passing(room: Room) -> list[Send]:
    room.places()
    return of(Send, room.tell(read("ABC123", 5, lat=None, lon=None, reader="elsewhere")))


def test_no_lead_reaches_a_deputy_unconfirmed_unless_the_site_says_so_for_its_list() -> None:
    assert passing(Room(site(), hotlist(listed("ABC123")))) == []
    told = passing(Room(site(**AMBER), hotlist(listed("ABC123"))))
    assert len(told) == 3
    assert {(one.verified_by, one.note) for one in told} == {(None, "NOT VERIFIED: nobody has compared image and text")}


def test_its_alert_waits_for_a_person_all_the_same() -> None:
    room = Room(site(**AMBER), hotlist(listed("ABC123")))
    passing(room)
    assert (room.alert().state, room.alert().category) == ("raised", "amber")
    told = of(Send, room.tell(confirm(room.alert().alert, 10)))
    assert {one.verified_by for one in told} == {"ada"}


def test_deputies_who_were_told_of_what_nobody_had_verified_hear_that_it_was_wrong() -> None:
    """All of them, and nobody is asked any more to acknowledge the first message."""
    room = Room(site(**AMBER), hotlist(listed("ABC123")))
    first = passing(room)
    effects = room.tell(dismiss(room.alert().alert, 10, "misread"))
    told = of(Send, effects)
    assert [one.unit for one in told] == [one.unit for one in first]
    assert all(one.headline.startswith("CANCELLED: ") and one.note == "misread" for one in told)
    assert {one.id for one in first} <= {one.request for one in of(Withdraw, effects)}
    assert {name for name in room.picture.pending if name.startswith("m")} == {one.id for one in told}


def test_what_passed_before_it_was_listed_is_not_shouted_about() -> None:
    room = Room(site(**AMBER), read("ABC123", 1))
    room.places()
    assert of(Send, room.tell(hotlist(listed("ABC123"), s=100))) == []


def test_a_list_of_which_the_site_says_nothing_has_its_reason_for_a_category() -> None:
    room = Room(site(), hotlist(listed("ABC123", reason="bolo")))
    room.tell(read("ABC123", 1))
    assert room.alert().category == "bolo"
