"""Which cameras are offered for a place, and in which order."""

from __future__ import annotations

from center.core.camera_events import CameraLooked
from center.core.effects import Notify
from center.core.occasions import Looking, Offer, is_inside, offers
from center.core.roster import RosterCamera
from tests.center.core.facts import LAT, LON, Room, called, changed, flew, moved, route, routed, site, when

NORTH_M = 0.001  # of a degree: 111 m


def fixed(name: str, north: float, **said: object) -> RosterCamera:
    """A camera so many thousandths of a degree north of the place."""
    return RosterCamera(name, "fixed", "CPSO", lat=LAT + north * NORTH_M, lon=LON, connected=True, **said)  # type: ignore[arg-type]


def test_those_that_see_it_come_first_then_units_then_those_that_look_elsewhere() -> None:
    """Within range and within the sector counts as seeing; a partner's, a microphone, one nobody can watch and a unit's
    that was last heard of long ago are not offered at all."""
    cameras = (
        fixed("looks away", 1, heading_deg=0.0, view_deg=90.0, range_m=300.0),
        fixed("sees from afar", 2, heading_deg=180.0, view_deg=60.0, range_m=300.0),
        fixed("too short", 2, heading_deg=180.0, view_deg=60.0, range_m=100.0),
        fixed("turns", 1),
        fixed("too far", 40, heading_deg=180.0, view_deg=60.0, range_m=300.0),
        RosterCamera("partner's", "fixed", "LCPD", lat=LAT, lon=LON, connected=True),
        RosterCamera("registered", "community", "CPSO", lat=LAT, lon=LON, owner="B."),
        RosterCamera("dash", "dash", "CPSO", unit="SO-1", connected=True),
        RosterCamera("mic", "microphone", "CPSO", unit="SO-1", connected=True),
        RosterCamera("seat", "back-seat", "CPSO", unit="SO-1", connected=True),
        RosterCamera("gone quiet", "dash", "CPSO", unit="SO-2", connected=True),
    )
    room = Room(site(cameras=cameras), moved("SO-2", 0, LAT), moved("SO-1", 600, LAT + 5 * NORTH_M), called("c1", 601))
    found = room.picture.offers.of[room.incident.incident]
    assert [(offer.camera, offer.how) for offer in found] == [
        ("turns", "sees"),
        ("sees from afar", "sees"),
        ("dash", "unit"),
        ("looks away", "near"),
        ("too short", "near"),
    ]
    assert found[2] == Offer("dash", "unit", 556.0)


def test_a_better_place_or_a_ranking_offers_anew() -> None:
    camera = fixed("corner", 0, range_m=50.0)
    room = Room(site(cameras=(camera,)), called("c1", 1, LAT + 0.1))
    assert room.picture.offers.of[room.incident.incident] == ()
    room.tell(changed("c1", 2, lat=LAT, lon=LON, uncertainty_m=5.0))
    assert [offer.camera for offer in room.picture.offers.of[room.incident.incident]] == ["corner"]
    dash = RosterCamera("dash", "dash", "CPSO", unit="SO-1", connected=True)
    room = Room(site(cameras=(dash,)), moved("SO-1", 0, LAT + 0.05))
    asked = route(room.tell(called("c1", 1)))
    room.tell(moved("SO-1", 100, LAT + NORTH_M), routed(asked, 101, SO_1=9.0))
    assert [offer.camera for offer in room.picture.offers.of[room.incident.incident]] == ["dash"]


def test_the_aeroplane_sees_what_lies_between_the_corners_of_its_picture() -> None:
    """And a minute later nobody knows where it looks."""
    room = Room(site(), flew("a1b2c3", 1, LAT + 0.02), called("c1", 2, LAT + 0.05))
    case = room.incident.incident
    assert [(offer.camera, offer.how) for offer in offers(case, room.picture)] == [("air", "near")]
    around = tuple(
        (LAT + 0.05 + north * NORTH_M, LON + east * NORTH_M) for north, east in ((1, -1), (1, 1), (-1, 1), (-1, -1))
    )
    room.tell(CameraLooked(at=when(3), source="video", camera="air", lat=LAT + 0.05, lon=LON, corners=around))
    assert [(offer.camera, offer.how) for offer in offers(case, room.picture)] == [("air", "sees")]
    room.tell(flew("a1b2c3", 40, LAT + 0.02))
    assert [(offer.camera, offer.how) for offer in offers(case, room.picture)] == [("air", "near")]


def test_an_aeroplane_that_comes_is_offered_when_it_is_near_and_when_it_sees() -> None:
    """Nobody calls again meanwhile: its own camera says where it looks. On the apron, or unheard of for a while, it is
    not offered, however near it stands; when it looks elsewhere it is near again; each change is shown once."""
    room = Room(site(), called("c1", 1, LAT + 0.05), flew("a1b2c3", 2, LAT + 0.05, on_ground=True))
    case = room.incident.incident

    def looks(at: float, north: float) -> list[str]:
        around = tuple((LAT + north + y, LON + x) for y, x in ((0.001, -0.001), (0.001, 0.001), (-0.001, 0.0)))
        told = room.tell(CameraLooked(at=when(at), source="video", camera="air", corners=around))
        return [effect.subject for effect in told if isinstance(effect, Notify) and effect.topic == "incident"]

    def offered() -> list[str]:
        return [offer.how for offer in room.picture.offers.of[case]]

    assert (looks(3, 0.5), offered()) == ([], [])
    room.tell(flew("a1b2c3", 4, LAT + 0.03, on_ground=False))
    assert (looks(5, 0.5), offered()) == ([case], ["near"])
    assert (looks(6, 0.05), offered()) == ([case], ["sees"])
    assert (looks(7, 0.05), offered()) == ([], ["sees"])
    assert (looks(8, 0.5), offered()) == ([case], ["near"])
    assert (looks(60, 0.5), offered()) == ([case], [])


def test_inside_is_inside() -> None:
    square = Looking(when(0), None, None, ((0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)))
    assert is_inside(1.0, 1.0, square)
    assert not is_inside(1.0, 3.0, square)
    assert not is_inside(-1.0, 1.0, square)
    assert not is_inside(1.0, 1.0, Looking(when(0), 1.0, 1.0))
