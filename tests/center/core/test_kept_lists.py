"""Who may see a list's hits, and whom on the street they are told."""

from __future__ import annotations

from typing import Any

from center.core import access
from center.core.roster import Agency, Policy, RosterHotlist, RosterUnit
from tests.center.core.facts import (
    AGENCIES,
    UNITS,
    Room,
    called,
    confirm,
    hotlist,
    listed,
    read,
    refusal,
    route,
    sends,
    site,
    timer,
    woke,
)

MARSHAL = Agency("WCM", "Ward Marshal", own=True)
BOTH = (RosterUnit("WM-1", "WCM", terminal="wm-mdt"), *UNITS)


def with_lists(*lists: RosterHotlist, **said: Any) -> Room:
    return Room(site(hotlists=lists, agencies=(*AGENCIES, MARSHAL), units=BOTH, **said))


def test_a_list_of_which_nothing_is_said_is_the_whole_rooms() -> None:
    """And so is one that the site does not name; another's silence about a list never hides it."""
    room = with_lists(RosterHotlist("state", category="stolen"))
    for who in ("ada", "sue", "aud"):
        assert access.withheld(who, room.picture) == ()
    assert access.withheld("a stranger", room.picture) == ("state",)


def test_agencies_and_roles_must_both_fit() -> None:
    rule = RosterHotlist("affairs", agencies=("CPSO",), roles=("supervisor",))
    room = with_lists(rule, RosterHotlist("theirs", agencies=("WCM",)), RosterHotlist("room", roles=("operator",)))
    assert {who: access.withheld(who, room.picture) for who in ("ada", "sue", "aud")} == {
        "ada": ("affairs", "theirs"),
        "sue": ("room", "theirs"),
        "aud": ("affairs", "room", "theirs"),
    }


def test_a_car_on_lists_of_two_audiences_is_a_matter_for_each() -> None:
    """Whoever may see only one of them gets the hit of that one, whichever is likelier and whichever came first; reads
    go on to extend each. Fails when one alert swallows the other's hit."""
    room = with_lists(RosterHotlist("affairs", roles=("supervisor",)))
    room.tell(hotlist(listed("ABC123", make="FORD"), name="affairs"), read("ABC123", 1, make="FORD"))
    room.tell(hotlist(listed("ABC123"), name="state", s=2), read("ABC123", 3, "R2", make="FORD"))
    kept, shown = room.alerts()
    assert (kept.hotlist, shown.hotlist) == ("affairs", "state")
    assert [shot.read.reader for shot in kept.reads] == [shot.read.reader for shot in shown.reads] == ["R1", "R2"]
    assert refusal(room.tell(confirm(kept.alert, 5))) == f"there is no alert {kept.alert}"
    assert kept.state == "raised"
    room.tell(confirm(shown.alert, 6))
    assert shown.state == "confirmed"
    room.tell(confirm(kept.alert, 7, "sue"))
    assert kept.state == "confirmed"


def test_lists_of_one_audience_are_one_matter() -> None:
    """As ever: who may see both needs to look but once."""
    rules = [RosterHotlist(name, roles=("supervisor", "auditor")) for name in ("a", "b")]
    room = with_lists(*rules)
    room.tell(hotlist(listed("ABC123"), name="a"), hotlist(listed("ABC123", reason="bolo"), name="b"))
    room.tell(read("ABC123", 1), read("ABC123", 2, "R2"))
    assert room.alert().reads_in_all == 2


def test_deputies_of_other_agencies_are_not_told() -> None:
    """The nearest unit is the marshal's, and it is not his agency's list; for a list that says nothing it is told
    first."""
    for agencies, told in ((("CPSO",), ["SO-1", "SO-2"]), ((), ["WM-1", "SO-1"])):
        room = with_lists(RosterHotlist("state", agencies=agencies), policy=Policy(notify_units=2))
        room.places(("WM-1", "SO-1", "SO-2", "SO-3"))
        room.tell(hotlist(listed("ABC123")), read("ABC123", 1))
        effects = room.tell(confirm(room.alert().alert, 2))
        assert [stand.unit for stand in route(effects).candidates][:2] == told
        assert sends(room.tell(woke(timer(effects), 5))) == told


def test_a_hit_near_an_incident_keeps_its_lists_name() -> None:
    """So that it can be left out for whom it is kept from; and the incident's link leads to the alert of its own
    audience."""
    room = with_lists(RosterHotlist("affairs", roles=("supervisor",)))
    room.tell(called("c1", 1), hotlist(listed("ABC123"), name="affairs"), hotlist(listed("ABC123")), read("ABC123", 2))
    alerts = {alert.hotlist: alert.alert for alert in room.alerts()}
    assert {hit.hotlist: hit.alert for hit in room.incident.hits} == alerts
    assert alerts.keys() == {"affairs", "state"}
