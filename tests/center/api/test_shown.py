"""What an agency that has joined is shown: by hand-written tables of what may leave, over frames full of everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.api import camera_views, incident_views, shown, unit_views, views
from center.api.board import FeedView, Frame, encode
from center.core.audiences import KINDS, NOBODY, ROOM, SEES, Audience
from center.core.events import CallOpened, UnitMoved
from center.core.roster import ROLES, SHARED
from center.core.watch_log import Entry
from tests.center.api.room import frame_with, get, play, posted, room
from tests.running import tables

THEIRS = "PD"
PARTNER = Audience(SHARED, agency=THEIRS, shared=("joint",))
PLACE = {"unit", "agency", "own", "status", "at", "lat", "lon", "speed_mps", "course_deg", "seen", "stale"}
MAY_LEAVE: dict[str, set[str]] = {
    "aircraft": {"icao", "at", "callsign", "lat", "lon", "altitude_m", "speed_mps", "course_deg", "on_ground"},
    "incidents": {
        *("incident", "opened_at", "state", "kind", "priority", "lat", "lon", "uncertainty_m", "address", "shared"),
    },
    "alerts": {
        *("alert", "kind", "state", "subject", "headline", "at", "hotlist", "lead", "read", "listing", "differs"),
        *("likely", "reads", "reads_in_all", "next", "disposition"),
    },
}
"""The names of what may be in a view of somebody else's thing. Nothing else, whatever a view comes to hold."""


def filled(kind: Any, path: str) -> Any:
    """A value of that type in which everything is said, and every text says where it stands."""
    match kind:
        case msgspec.inspect.StructType(cls=cls):
            return filled_struct(cls, path)
        case msgspec.inspect.StrType():
            return f"<{path}>"
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.IntType():
            return 7
        case msgspec.inspect.FloatType():
            return 7.5
        case msgspec.inspect.VarTupleType(item_type=item):
            return (filled(item, path),)
        case msgspec.inspect.TupleType(item_types=items):
            return tuple(filled(item, path) for item in items)
        case msgspec.inspect.ListType(item_type=item):
            return [filled(item, path)]
        case msgspec.inspect.UnionType(types=types):
            return filled(next(one for one in types if not isinstance(one, msgspec.inspect.NoneType)), path)
    raise AssertionError(kind)


def filled_struct(cls: type, path: str, **said: Any) -> Any:
    info = msgspec.inspect.type_info(cls)
    assert isinstance(info, msgspec.inspect.StructType)
    values = {one.name: filled(one.type, f"{path}.{one.name}") for one in info.fields}
    return cls(**values | said)


def some(cls: type, kind: str, **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    def made(rows: list[dict[str, Any]]) -> tuple[Any, ...]:
        return tuple(filled_struct(cls, f"{kind}{number}", **row) for number, row in enumerate(rows))

    return st.lists(st.fixed_dictionaries(drawn), max_size=4).map(made)


frames = st.builds(
    Frame,
    type=st.sampled_from(("state", "delta")),
    position=st.just(1),
    now=st.just(1),
    units=some(unit_views.UnitView, "unit", agency=st.sampled_from((THEIRS, "SO", "FD", ""))),
    aircraft=some(unit_views.AircraftView, "aircraft"),
    alerts=some(views.AlertView, "alert", hotlist=st.sampled_from(("joint", "internal", "state", ""))),
    incidents=some(
        incident_views.IncidentView, "incident", shared=st.sampled_from(((), (THEIRS,), ("FD",), ("FD", THEIRS)))
    ),
    cameras=some(camera_views.CameraView, "camera"),
    feeds=some(FeedView, "feed"),
    log=some(Entry, "log"),
    gone=st.dictionaries(st.sampled_from(("aircraft", "cameras", "units")), st.just(["<gone>"])),
    anew=st.sampled_from(((), ("messages",))),
    addressed=st.sampled_from(((), (THEIRS, "FD"), ("FD",))),
    unshared=st.sampled_from(((), (f"<incident0.incident>/{THEIRS}", "i9/FD"), (f"i8/{THEIRS}",))),
)


@settings(max_examples=40, deadline=None)
@given(frames)
def test_another_agency_is_never_sent_what_was_not_shared_with_it(whole: Frame) -> None:
    """Its own units in full, but no word of video; of others' where they are; alerts of joint lists and shared
    incidents, stripped; nothing else at all. Fails when a field is added to a view and leaks, and when a rule lets one
    thing too many through."""
    sent = msgspec.json.decode(encode(shown.to(PARTNER, whole)))
    assert sent.keys() <= {"type", "position", "now", "units", "aircraft", "alerts", "incidents", "gone", "anew"}
    assert sent.get("anew", []) == (["bulletins"] if THEIRS in whole.addressed else [])
    assert sent.get("gone", {}).keys() <= {"aircraft", "incidents"}
    back = [one.rpartition("/")[0] for one in whole.unshared if one.endswith(f"/{THEIRS}")]
    there = [one.incident for one in whole.incidents if THEIRS in one.shared]
    assert sent.get("gone", {}).get("incidents", []) == [one for one in back if one not in there]
    for unit, sketch in zip(sent.get("units", ()), whole.units, strict=True):
        own = sketch.agency == THEIRS
        assert unit.keys() <= (set(unit_views.UnitView.__struct_fields__) - {"media", "clips"} if own else PLACE)
        assert unit["own"] == own
        assert (unit["status"] == sketch.status) == own
        assert ("stop" in unit) == own
    due = {
        "alerts": [one.alert for one in whole.alerts if one.hotlist == "joint"],
        "incidents": [one.incident for one in whole.incidents if THEIRS in one.shared],
        "aircraft": [one.icao for one in whole.aircraft],
    }
    for kind, ids in due.items():
        assert [one[kind if kind == "icao" else NAMES[kind]] for one in sent.get(kind, ())] == ids
        assert all(one.keys() <= MAY_LEAVE[kind] for one in sent.get(kind, ()))
    assert all(one["shared"] == [THEIRS] for one in sent.get("incidents", ())), "with whom else is not theirs to know"
    text = encode(sent).decode()
    for word in (".crop>", ".frame>", ".note>", ".text>", ".operator>", "<camera", "<feed", "<log", ".media"):
        assert word not in text, word


NAMES: Mapping[str, str] = {"alerts": "alert", "incidents": "incident", "aircraft": "icao"}


@settings(max_examples=10, deadline=None)
@given(frames)
def test_each_role_is_shown_its_kinds_and_nobody_nothing(whole: Frame) -> None:
    """And the room everything that is not withheld."""
    assert shown.to(ROOM, whole) == msgspec.structs.replace(whole, unshared=(), addressed=(), spoken=())
    for audience in (NOBODY, *(Audience(kinds) for kinds in SEES.values())):
        left = shown.to(audience, whole)
        for kind in KINDS:
            assert getattr(left, kind) == (getattr(whole, kind) if kind in audience.kinds else ())
    withheld = shown.to(Audience(KINDS, ("joint", "state")), whole)
    assert {one.hotlist for one in withheld.alerts} <= {"internal", ""}


def test_every_role_has_its_kinds() -> None:
    """A role that is added must say here what it is shown; a representative's agency says it in the roster."""
    assert SEES.keys() | {"representative"} == set(ROLES)
    assert set(SHARED) <= set(KINDS)


@pytest.mark.wire
def test_a_representative_signs_in_and_sees_their_own_and_what_is_shared() -> None:
    """Over the socket and over `/api/state` alike; and nothing else answers them."""
    site = tables()
    agencies = [
        {**agency, **({"sees": list(SHARED)} if agency["agency"] == "PD" else {})} for agency in site["agencies"]
    ]
    people = [*site["operators"], {"operator": "lee", "name": "Lee", "agency": "PD", "role": "representative"}]

    async def story() -> None:
        async with room(more={"agencies": agencies, "operators": people}) as here:
            now = here.clock.now()
            ada, lee = await here.console(), await here.console("lee")
            here.learn(CallOpened(at=now, source="911", call="c1", system="cad", lat=30.2, lon=-93.2, text="a secret"))
            (incident,) = here.assembly.center.picture.incidents.incidents
            async with here.watch(lee) as watching:
                for unit in ("SO-1", "PD-1"):
                    here.learn(UnitMoved(at=now, source="avl", unit=unit, lat=30.2, lon=-93.2))
                here.learn(here.listed("WNT001"), here.read("WNT001"))
                told: dict[str, tuple[bool, str]] = {}
                while len(told) < 2:
                    units = (await frame_with(watching, "units"))["units"]
                    told |= {one["unit"]: (one["own"], one["status"]) for one in units}
                assert told["SO-1"] == (False, "unknown")
                assert told["PD-1"][0]
                body = {"agency": "PD", "reason": "their street"}
                assert (await posted(ada, f"/api/incidents/{incident}/share", body)).status == 200
                (shared,) = (await frame_with(watching, "incidents"))["incidents"]
                assert shared["incident"] == incident
                assert "calls" not in shared
                assert (await get(lee, "/api/state")).said["incidents"] == [shared]
                assert (await posted(ada, f"/api/incidents/{incident}/unshare", body)).status == 200
                assert (await frame_with(watching, "gone"))["gone"] == {"incidents": [incident]}
                here.learn(CallOpened(at=now, source="911", call="c2", system="cad", lat=30.2, lon=-93.2, text="more"))
            state = (await get(lee, "/api/state")).said
            assert "alerts" not in state
            assert "incidents" not in state
            lines = [(who, what, subject) for who, what, subject, _ in here.audit if what.startswith("incident.")]
            assert lines[1:] == [("ada", "incident.unshare", incident), ("lee", "incident.unshared", incident)]
            assert "feeds" not in state
            assert "a secret" not in str(state)
            assert (await get(lee, "/api/site")).said["readers"] == []
            assert (await get(lee, "/api/map")).status == 200
            document = (await get(lee, "/api/openapi.json")).said["paths"]
            answered = set()
            for path, ways in document.items():
                if "get" in ways and (await get(lee, path.replace("{", "x").replace("}", ""))).status < 300:
                    answered.add(path)
            assert answered == {
                *("/api/session", "/api/session/demo", "/api/session/ways", "/api/status"),
                *("/api/site", "/api/map", "/api/state", "/api/bulletins", "/api/messages"),
            }

    play(story())


BULLETIN = {
    *(
        "bulletin",
        "kind",
        "title",
        "text",
        "at",
        "confidence",
        "sure",
        "until",
        "sources",
        "lat",
        "lon",
        "state",
        "mine",
    ),
}
"""What a partner may be told of a bulletin: nothing that leads to a case, a report, a source, a reader or the room."""
DRAFT = {
    "kind": "vehicle",
    "title": "Grey van",
    "text": "rear window broken",
    "confidence": "likely",
    "case": "26-1",
    "until": "2026-01-03T12:00:00Z",
    "sources": [{"kind": "informant", "name": "a secret"}],
}


@pytest.mark.wire
def test_a_bulletin_is_shown_to_the_partner_that_it_names_and_it_alone_until_it_ends() -> None:
    """With no word that leads further; its page is told to ask, another partner's is not; the room counts its readers
    by agency; taken back it is nowhere."""
    site = tables()
    joined = [{**one, **({} if one.get("own") else {"sees": list(SHARED)})} for one in site["agencies"]]
    agencies = [*joined, {"agency": "FD", "name": "Fire", "sees": list(SHARED)}]
    more = [("lee", "PD"), ("lou", "PD"), ("kim", "FD")]
    people = [
        *site["operators"],
        *({"operator": who, "name": who, "agency": of, "role": "representative"} for who, of in more),
    ]

    async def story() -> None:
        async with room(more={"agencies": agencies, "operators": people}) as here:
            ada, sup, lee, kim = [await here.console(who) for who in ("ada", "sup", "lee", "kim")]
            async with here.watch(lee) as theirs, here.watch(kim) as others:
                names = []
                for partners in ([], ["PD"]):
                    made = await posted(ada, "/api/bulletins", {**DRAFT, "partners": partners})
                    names.append(made.said["bulletin"])
                    assert (await posted(sup, f"/api/bulletins/{names[-1]}/approve", {})).status == 200
                assert (await frame_with(theirs, "anew"))["anew"] == ["bulletins"]
                (shown,) = (await get(lee, "/api/bulletins")).said
                assert shown.keys() <= BULLETIN
                assert (shown["bulletin"], shown["mine"], shown["sources"]) == (names[1], True, [{"kind": "informant"}])
                assert (await get(kim, "/api/bulletins")).said == []
                assert (await posted(lee, f"/api/bulletins/{names[1]}/read", {})).status == 200
                for who in (lee, ada):
                    assert (await posted(who, f"/api/bulletins/{names[0]}/read", {})).status == 403
                (one, _) = (await get(ada, "/api/bulletins")).said
                assert one["partners"] == [{"agency": "PD", "people": 2, "have": 1, "read": 1}]
                assert not [receipt for receipt in one.get("to", ()) if receipt["to"] in ("lee", "lou")]
                back = await posted(sup, f"/api/bulletins/{names[1]}/withdraw", {"reason": "found"})
                assert back.status == 200
                assert (await frame_with(theirs, "anew"))["anew"] == ["bulletins"]
                assert (await get(lee, "/api/bulletins")).said == []
                here.learn(UnitMoved(at=here.clock.now(), source="avl", unit="SO-1", lat=30.2, lon=-93.2))
                assert "anew" not in await frame_with(others, "units")

    play(story())
