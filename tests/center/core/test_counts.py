"""The figures that are quoted: by the site's own calendar, each thing once, and a correction moves its count."""

from __future__ import annotations

from typing import Any

import pytest

from center.api.count_views import Span, counts_view, quantile
from center.core import counts
from center.core.access import ACTS
from center.core.camera_events import ClipKept
from center.core.community_facts import ClipOffered
from center.core.counts import EDGES_S, fiscal_year
from center.core.effects import AskOwners, Effect, ReleaseClip, Reply, Route, Send
from center.core.events import Event, Micros
from center.core.outcome_facts import VehicleRecovered
from center.core.roster import RosterHotlist
from center.site_clock import clock_of
from tests.center.core.facts import (
    LAT,
    LON,
    OWNERS,
    Room,
    acked,
    act,
    called,
    confirm,
    dismiss,
    hotlist,
    listed,
    of,
    read,
    routed,
    site,
    the,
    when,
)

CHICAGO = clock_of("America/Chicago")
READERS = ACTS["counts.look"].roles


def room(*listings: str, **said: Any) -> Room:
    there = Room(site(clock=CHICAGO, **said), hotlist(*(listed(plate) for plate in listings or ("ABC123",))))
    there.places()
    return there


def month(here: Room) -> Span:
    (span,) = counts_view(here.picture).months
    return span


def hit(here: Room, plate: str, s: float) -> str:
    """Read and confirmed half a minute later."""
    here.tell(read(plate, s))
    alert = here.alerts()[-1].alert
    here.tell(confirm(alert, s + 30))
    return alert


def recovered(plate: str, s: float, unit: str = "SO-1", state: str | None = "LA") -> VehicleRecovered:
    return VehicleRecovered(at=when(s), source="terminals", unit=unit, plate=plate, state=state)


def why(effects: list[Effect]) -> str:
    reply = the(Reply, effects)
    return "" if reply.granted else reply.why


def test_a_car_that_a_deputy_has_back_counts_once_for_its_confirmed_hit() -> None:
    """However often it is said and by whom; not before somebody confirmed, not by another agency, and not another
    car."""
    here = room("ABC123", "XYZ789")
    here.tell(read("ABC123", 10), recovered("ABC123", 20))
    assert counts_view(here.picture).months == ()
    here.tell(confirm(here.alert().alert, 40))
    here.tell(recovered("ABC123", 50, "PD-1"), recovered("ABC124", 51), recovered("ABC123", 52, state="TX"))
    assert month(here).recovered == {}
    here.tell(recovered("ABC123", 60), recovered("ABC123", 61, "SO-2"))
    here.tell(act("outcome.mark", here.alert().alert, 70, outcome="recovered"))
    assert month(here).recovered == {"stolen": 1}
    assert here.alert().history[-1].operator == "SO-1"
    hit(here, "XYZ789", 100)
    here.tell(act("outcome.mark", here.alerts()[-1].alert, 200, outcome="recovered"))
    assert month(here).recovered == {"stolen": 2}


def test_the_figures_say_nothing_in_the_words_of_a_list_that_is_kept_from_some() -> None:
    """Everybody here reads them. A stolen car is a stolen car on any list; a list that is kept from nobody who reads
    figures keeps its words. Fails when a list's own reason stands in a figure for people who may not know of it."""
    for roles, shown in ((("supervisor",), "kept list"), ((*READERS, "deputy"), "affairs"), ((), "affairs")):
        kept = RosterHotlist("state", roles=roles)
        here = Room(site(hotlists=(kept,)), hotlist(listed("ABC123", reason="affairs"), listed("XYZ789")))
        here.places()
        for number, plate in enumerate(("ABC123", "XYZ789")):
            here.tell(read(plate, 10 + 100 * number))
            alert = here.alerts()[-1].alert
            here.tell(confirm(alert, 40 + 100 * number, "sue"))
            here.tell(act("outcome.mark", alert, 60 + 100 * number, "sue", outcome="recovered"))
        assert month(here).recovered == {shown: 1, "stolen": 1}, roles


def test_what_turns_out_otherwise_moves_the_count() -> None:
    here = room()
    alert = hit(here, "ABC123", 10)
    here.tell(recovered("ABC123", 60))
    assert (month(here).recovered, month(here).closed) == ({"stolen": 1}, {"correct": 1})
    here.tell(act("outcome.mark", alert, 70, outcome="not-found"))
    assert month(here).recovered == {}
    here.tell(act("outcome.mark", alert, 80, outcome="recovered"))
    corrected = act("outcome.correct", alert, 90, "sue", reason="read of a trailer", disposition="misread")
    effects = here.tell(corrected)
    assert (month(here).recovered, month(here).closed) == ({}, {"misread": 1})
    assert (here.alert().state, here.alert().disposition) == ("dismissed", "misread")
    assert all(send.headline.startswith("CANCELLED") for send in of(Send, effects))
    here.tell(act("outcome.correct", alert, 95, "sue", reason="it was the car", disposition="correct"))
    assert month(here).closed == {"correct": 1}


@pytest.mark.parametrize(
    ("what", "who", "said", "expected"),
    [
        ("outcome.mark", "ada", {"outcome": "eaten"}, "the outcome must be one of"),
        ("outcome.correct", "ada", {"disposition": "misread", "reason": "r"}, "may not do"),
        ("outcome.correct", "sue", {"disposition": "misread"}, "a reason must be given"),
        ("outcome.correct", "sue", {"disposition": "correct", "reason": "r"}, "that is what it is already"),
        ("outcome.correct", "sue", {"disposition": "odd", "reason": "r"}, "the disposition must be one of"),
    ],
)
def test_what_may_not_be_said_of_a_hit(what: str, who: str, said: dict[str, str], expected: str) -> None:
    here = room()
    alert = hit(here, "ABC123", 10)
    assert expected in why(here.tell(act(what, alert, 50, who, **said)))


def test_of_a_lead_nothing_is_said_yet() -> None:
    here = room()
    here.tell(read("ABC123", 10))
    alert = here.alert().alert
    assert "only of a confirmed hit" in why(here.tell(act("outcome.mark", alert, 20, outcome="recovered")))
    said = act("outcome.correct", alert, 21, "sue", reason="r", disposition="misread")
    assert "not been decided" in why(here.tell(said))


def test_the_way_from_a_read_to_a_deputy_is_measured_to_the_first_key() -> None:
    here = room("ABC123", "XYZ789", "QRS456")
    took = (40.0, 75.0, 400.0)
    for number, (plate, seconds) in enumerate(zip(("ABC123", "XYZ789", "QRS456"), took, strict=True)):
        s = 1000.0 * number
        here.places(s=s)
        here.tell(read(plate, s))
        effects = here.tell(confirm(here.alerts()[-1].alert, s + 20))
        sent = of(Send, here.tell(routed(the(Route, effects), s + 21, SO_1=60.0, SO_2=90.0)))
        here.tell(acked(sent[0], s + seconds, sent[0].unit), acked(sent[1], s + seconds + 300, sent[1].unit))
    span = month(here)
    assert span.told == 3
    assert span.median_s == pytest.approx(75, rel=0.08)
    assert span.p95_s == pytest.approx(400, rel=0.08)


def test_a_quantile_is_of_all_and_none_is_none() -> None:
    """Of a hundred delays of every class, against the delays themselves."""
    assert quantile({}, 0.5) is None
    delays = [EDGES_S[10] * 1.05] * 60 + [EDGES_S[30] * 1.05] * 35 + [EDGES_S[50] * 1.05] * 5
    classes = {10: 60, 30: 35, 50: 5}
    for share, place in ((0.5, 49), (0.94, 93), (0.97, 96)):
        assert quantile(classes, share) == pytest.approx(delays[place], rel=0.08)


def test_a_call_is_helped_once_in_the_first_month_and_by_each_way() -> None:
    here = room()
    here.tell(called("c1", 5))
    incident = here.incident.incident
    here.tell(act("camera.watch", "SO-1-dash", 10, reason="call", case=incident))
    here.tell(act("camera.watch", "gate", 11, reason="call", case=incident))
    assert month(here).helped == {"any": 1, "video": 1}
    here.tell(act("unit.message", "SO-1", 12, text="look behind the shop", case="cad/c1"))
    hit(here, "ABC123", 20)
    assert month(here).helped == {"any": 1, "video": 1, "message": 1, "lead": 1}


def test_looking_for_no_call_helps_none() -> None:
    here = room()
    here.tell(called("c1", 5), act("camera.watch", "gate", 10, "sue", reason="equipment"))
    here.tell(act("unit.message", "SO-1", 12, text="coffee"), read("ABC123", 13))
    here.tell(dismiss(here.alert().alert, 40, "misread"))
    assert month(here).helped == {}


def test_a_clip_of_the_community_counts_when_it_is_kept() -> None:
    here = room(owners=OWNERS)
    here.tell(called("c1", 5))
    incident = here.incident.incident
    where = {"lat": str(LAT), "lon": str(LON), "radius_m": "400", "start": str(when(0)), "end": str(when(4))}
    asked = here.tell(act("community.request", incident, 10, reason="call", case=incident, open_s="600", **where))
    clip = {"begins": when(0), "ends": when(1), "seconds": 1.0, "width": 8, "height": 8, "codec": "h264"}
    facts: dict[str, Any] = {"owner": "o1", "file": "f", "size": 1, "sha256": "a", **clip}
    request = the(AskOwners, asked).request
    here.tell(ClipOffered(at=when(20), source="community", request=request, **facts))
    (offer,) = here.picture.community.offered
    release = the(ReleaseClip, here.tell(act("community.approve", offer, 30, "sue", reason="r")))
    assert month(here).clips == 0 if here.picture.counts.months else True
    here.tell(ClipKept(at=when(31), source="community", answers=release.id, size=1, sha256="b"))
    assert (month(here).clips, month(here).helped) == (1, {"any": 1, "video": 1})


def test_a_fiscal_year_begins_with_july_by_the_sites_own_clock() -> None:
    """The last second of June in Chicago is July in UTC already, and still the old year."""
    assert [fiscal_year(name) for name in ("2026-06", "2026-07", "1999-12")] == ["2025-26", "2026-27", "1999-00"]
    july = 1_782_882_000 * 1_000_000  # 2026-07-01T05:00:00Z: midnight in Chicago
    here = room("ABC123", "XYZ789")
    for plate, at in (("ABC123", july - 1_000_000), ("XYZ789", july)):
        s = (at - when(0)) / 1_000_000
        here.tell(hotlist(listed("ABC123"), listed("XYZ789"), s=s - 200, version=plate), read(plate, s - 60))
        here.tell(confirm(here.alerts()[-1].alert, s - 30), recovered(plate, s))
    view = counts_view(here.picture)
    assert [(year.span, year.recovered) for year in view.years] == [
        ("2026-27", {"stolen": 1}),
        ("2025-26", {"stolen": 1}),
    ]
    assert [(one.span, one.closed) for one in view.months] == [("2026-07", {}), ("2026-06", {"correct": 2})]


def test_the_sites_clock_is_the_zones_at_every_change() -> None:
    assert clock_of("UTC") == ((Micros(0), 0),)
    changes = dict(CHICAGO)
    assert changes[Micros(1_772_956_800 * 1_000_000)] == -5 * 3600  # 2026-03-08T08:00Z
    assert changes[Micros(1_793_516_400 * 1_000_000)] == -6 * 3600  # 2026-11-01T07:00Z


def test_counts_outlive_what_they_count_and_name_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alerts that are let go, and what is remembered of them, take no count with them; no plate is kept."""
    monkeypatch.setattr(counts, "MAX_REMEMBERED", 2)
    monkeypatch.setattr("center.core.alerting.MAX_CLOSED", 2)
    plates = ("AAA111", "BBB222", "CCC333", "DDD444")
    here = room(*plates)
    facts: list[Event] = []
    for number, plate in enumerate(plates):
        facts = [recovered(plate, number * 100 + 50)]
        hit(here, plate, number * 100)
        here.tell(*facts)
    assert month(here).recovered == {"stolen": 4}
    assert month(here).closed == {"correct": 4}
    assert len(here.picture.counts.alerts) == 2
    kept = repr(here.picture.counts)
    assert not any(plate in kept for plate in plates)
