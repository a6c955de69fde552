"""Where every unit is, and how far to believe it."""

from __future__ import annotations

import pytest

from center.core.units import DUPLICATE_JUMPS, FROZEN_FIXES, MAX_STRANGERS, Unit, is_stale
from tests.center.core.facts import LAT, LON, UNITS, Room, act, moved, policy, refusal, reported, site, when

FAR = LAT + 0.5  # 55 km: no car is there in a minute


def one(room: Room, name: str = "SO-1") -> Unit:
    return room.picture.units.units[name]


# --- who it is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["SO-1", "modem-1", "mdt-1"])
def test_a_unit_is_known_by_every_name_its_equipment_uses(said: str) -> None:
    """Call sign, modem and terminal are one unit. Fails when SiteSlice.unit_of leaves a name out."""
    room = Room()
    room.tell(moved(said, 1))
    assert list(room.picture.units.units) == ["SO-1"]
    assert one(room).agency == "CPSO"


def test_a_device_on_no_roster_is_shown_under_its_own_name_and_is_nobodys() -> None:
    """A borrowed modem is still on the map, but it has no rights."""
    room = Room()
    room.tell(moved("spare-7", 1))
    assert one(room, "spare-7").agency == ""
    assert not room.picture.site.is_own("spare-7")
    assert "not a unit of an own agency" in refusal(room.tell(act("unit.video", "spare-7", 2, reason="stop")))


def test_a_flood_of_made_up_names_leaves_room_for_the_roster() -> None:
    """Fails when strangers are not counted: then anybody who can send a datagram fills the memory."""
    room = Room()
    for n in range(MAX_STRANGERS + 50):
        room.tell(moved(f"ghost-{n}", 1))
    assert len(room.picture.units.units) == MAX_STRANGERS
    assert room.picture.units.strangers == 50
    room.tell(moved("modem-1", 2), reported("modem-2", 2, "available"))
    assert one(room).lat == LAT
    assert one(room, "SO-2").status == "available"


def test_a_stranger_that_the_roster_then_names_is_that_unit() -> None:
    """A modem was installed before it was entered: on the new roster there is one unit, not a unit and a ghost."""
    room = Room(site(units=()))
    room.tell(moved("modem-1", 1), moved("SO-2", 1), moved("SO-3", 1), moved("really-strange", 1))
    room.tell(site(2), moved("modem-1", 3))
    assert sorted(room.picture.units.units) == ["SO-1", "SO-2", "SO-3", "really-strange"]
    assert one(room, "SO-2").agency == "CPSO"
    assert room.picture.units.off_roster == 1


def test_a_unit_that_leaves_the_roster_loses_its_rights_at_once() -> None:
    """Its position stays on the map; its camera is no longer ours to open."""
    room = Room()
    room.tell(moved("SO-1", 1), act("unit.video", "SO-1", 2, reason="stop"))
    room.tell(site(3, units=UNITS[1:]))
    assert one(room).lat == LAT
    assert refusal(room.tell(act("unit.video", "SO-1", 4, reason="stop")))


# --- late, early, again -----------------------------------------------------------------------------------------------


def test_a_late_fix_never_moves_a_unit_back() -> None:
    """Two paths through the network, one slower: the map shows where the unit is, not where it was."""
    room = Room()
    room.tell(moved("SO-1", 10, LAT + 0.002, seen=9), moved("SO-1", 11, LAT + 0.001, seen=5))
    assert one(room).lat == LAT + 0.002
    assert one(room).fix_at == when(9)
    assert one(room).at == when(11), "but we did hear of it"
    assert room.picture.units.late == 1


def test_a_routers_backlog_is_read_by_its_own_times() -> None:
    """After a dead spot the modem sends everything at once: the unit ends where it was last, at the time it was
    there."""
    room = Room()
    for n in range(20):
        room.tell(moved("SO-1", 1000 + n / 100, LAT + n * 0.001, seen=n * 30))
    assert one(room).lat == LAT + 0.019
    assert one(room).fix_at == when(570)
    assert one(room).doubt == ""
    assert is_stale(one(room), room.picture)


def test_the_same_fix_again_changes_nothing() -> None:
    room = Room()
    fix = moved("SO-1", 10, seen=9, speed_mps=12.0)
    room.tell(fix)
    before = (one(room).lat, one(room).lon, one(room).fix_at, one(room).doubt)
    room.tell(fix)
    assert (one(room).lat, one(room).lon, one(room).fix_at, one(room).doubt) == before
    assert room.picture.units.late == 0


def test_a_position_is_stale_once_nothing_new_came_for_longer_than_the_site_allows() -> None:
    """By the time of the fix, not of the chatter: a unit that only says it is alive goes stale all the same."""
    room = Room(policy(unit_stale_s=60))
    room.tell(moved("SO-1", 0), reported("SO-1", 60, "alive"))
    assert not is_stale(one(room), room.picture)
    room.tell(reported("SO-1", 60.001, "alive"))
    assert is_stale(one(room), room.picture)


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skew", "believed"), [(9, True), (11, False), (365 * 86400, False), (-6 * 86400, True), (-8 * 86400, False)]
)
def test_a_clock_is_believed_within_reason(skew: float, believed: bool) -> None:
    """Ten seconds ahead or a week behind (a backlog) is a clock; anything else is a lost one, and arrival counts."""
    room = Room()
    room.tell(moved("SO-1", 100, seen=100 + skew))
    assert one(room).fix_at == when(100 + skew if believed else 100)
    assert one(room).doubt == ("" if believed else "clock")


def test_a_clock_that_was_a_year_ahead_does_not_nail_the_unit_down() -> None:
    """Fails when a future time is believed: then every true fix is late for a year."""
    room = Room()
    room.tell(moved("SO-1", 0, seen=365 * 86400), moved("SO-1", 5, LAT + 0.001, seen=5))
    assert one(room).lat == LAT + 0.001
    assert one(room).doubt == ""


# --- jumps ------------------------------------------------------------------------------------------------------------


def test_a_single_impossible_fix_never_moves_a_unit() -> None:
    """A reflection off a tank farm puts a deputy in the Gulf for a second; nobody is sent by it. The doubt is shown,
    and the next good fix ends it."""
    room = Room()
    room.tell(moved("SO-1", 0), moved("SO-1", 5, FAR))
    assert (one(room).lat, one(room).doubt) == (LAT, "jumped")
    room.tell(moved("SO-1", 10, LAT + 0.001))
    assert (one(room).lat, one(room).doubt) == (LAT + 0.001, "")


def test_a_second_fix_that_agrees_is_believed() -> None:
    """The unit came out of a parking garage far away, or the first fix had been the wrong one."""
    room = Room()
    room.tell(moved("SO-1", 0), moved("SO-1", 5, FAR), moved("SO-1", 10, FAR + 0.002))
    assert (one(room).lat, one(room).doubt) == (FAR + 0.002, "")


def test_two_phantoms_in_different_places_do_not_vouch_for_each_other() -> None:
    room = Room()
    room.tell(moved("SO-1", 0), moved("SO-1", 5, FAR), moved("SO-1", 10, LAT - 0.5))
    assert (one(room).lat, one(room).doubt) == (LAT, "jumped")


def test_a_phantom_vouches_only_for_two_minutes() -> None:
    """The same reflection an hour later is not a second opinion. (The unit said where it was in between.)"""
    room = Room()
    room.tell(moved("SO-1", 0), moved("SO-1", 5, FAR), moved("SO-1", 3600, LAT), moved("SO-1", 3605, FAR))
    assert one(room).lat == LAT


@pytest.mark.parametrize(
    ("metres", "seconds", "moves"), [(290, 1, True), (8000, 100, True), (9500, 100, False), (310, 1, False)]
)
def test_what_a_car_can_drive_is_not_a_jump(metres: float, seconds: float, moves: bool) -> None:
    """90 m/s, and 300 m of slack for a receiver that finds its satellites."""
    room = Room()
    there = LAT + metres / 111_195
    room.tell(moved("SO-1", 0), moved("SO-1", seconds, there))
    assert (one(room).lat == there) is moves


def test_two_devices_under_one_identity_are_found_out_within_two_minutes() -> None:
    """A cloned modem: the unit seems to be in two places by turns. Fails when jumps are not counted."""
    room = Room()
    for n in range(12):
        room.tell(moved("SO-1", n * 5, LAT if n % 2 else FAR))
    assert one(room).doubt == "duplicate"


def test_a_few_jumps_over_a_whole_shift_are_no_duplicate() -> None:
    room = Room()
    for n in range(DUPLICATE_JUMPS * 2):
        room.tell(moved("SO-1", n * 600), moved("SO-1", n * 600 + 5, FAR), moved("SO-1", n * 600 + 10))
        assert one(room).doubt == ""


# --- frozen -----------------------------------------------------------------------------------------------------------


def test_a_unit_that_claims_speed_and_stays_put_is_frozen() -> None:
    """The receiver hangs and repeats its last fix with new times. It thaws with the first fix that moves."""
    room = Room()
    for n in range(FROZEN_FIXES + 1):
        room.tell(moved("SO-1", n * 5, speed_mps=20.0))
        assert one(room).doubt == ("frozen" if n == FROZEN_FIXES else "")
    room.tell(moved("SO-1", 60, LAT + 0.001, speed_mps=20.0))
    assert one(room).doubt == ""


@pytest.mark.parametrize("speed", [None, 0.0, 1.0])
def test_a_parked_unit_is_not_frozen(speed: float | None) -> None:
    """Fails when standing still is enough: then every car at the substation is in doubt."""
    room = Room()
    for n in range(50):
        room.tell(moved("SO-1", n * 60, speed_mps=speed))
    assert one(room).doubt == ""


# --- what a unit says besides -----------------------------------------------------------------------------------------


def test_without_satellites_the_last_position_stays_and_is_doubted() -> None:
    room = Room()
    room.tell(moved("SO-1", 0), reported("modem-1", 5, "no-fix"))
    assert (one(room).lat, one(room).doubt) == (LAT, "no-fix")
    room.tell(moved("SO-1", 10))
    assert one(room).doubt == ""


def test_a_status_is_kept_until_the_next_and_a_heartbeat_is_none() -> None:
    room = Room()
    room.tell(reported("SO-1", 0, "enroute", "to the bridge"), reported("SO-1", 1, "alive"))
    assert (one(room).status, one(room).text) == ("enroute", "to the bridge")
    assert one(room).at == when(1)
    room.tell(reported("SO-1", 2, "available"))
    assert (one(room).status, one(room).text) == ("available", None)


def test_a_unit_that_never_had_a_fix_is_nowhere() -> None:
    """Not at 0,0 in the Atlantic."""
    room = Room()
    room.tell(reported("SO-1", 0, "available"), moved("SO-2", 0, LAT, LON))
    assert [unit.unit for unit in room.picture.units.placed()] == ["SO-2"]
