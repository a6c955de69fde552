"""What a detective says of a series holds, and who passed near several of one is a lead that needs a case.

Breaks when a forecast forgets what was confirmed, when a refused act changes anything, or when a plate that is always
there stands before one that came with the burglaries.
"""

from __future__ import annotations

from typing import Any

import msgspec

from center.core.effects import Audit, Forecast, Reply
from center.core.events import HOUR, Micros
from center.core.pattern_facts import Burglary, Judged, Patterns
from center.core.series import TipBeside, plates_near, tips_near
from tests.center.core.facts import LAT, LON, T0, Room, act, called, of, read, site
from tests.center.core.test_tips import tip

TEXT = "burglary, vehicle; entry unlocked; taken tools; from 2026-01-01T20:00:00.000-06:00 to 2026-01-02T06:30Z"


def room_with(count: int) -> Room:
    room = Room()
    room.tell(site(patterns=Patterns()))
    for number in range(count):
        room.tell(called(f"c{number}", float(number), LAT + number * 0.01, LON, kind="burglary-vehicle", text=TEXT))
    return room


def says(room: Room, what: str, who: str = "det", **details: str) -> tuple[Reply, list[Any]]:
    effects = room.tell(act(f"series.{what}", "series", 100.0, who, request=f"{what} {details}", **details))
    (reply,) = of(Reply, effects)
    return reply, effects


def test_what_is_confirmed_and_split_goes_with_every_later_question() -> None:
    """Groups that meet become one; what is taken out stays out until somebody confirms it again."""
    room = room_with(4)
    assert says(room, "confirm", reports="cad/c0 cad/c1")[0].granted
    assert says(room, "confirm", reports="cad/c1 cad/c2")[0].granted
    assert room.picture.series.judged() == Judged((("cad/c0", "cad/c1", "cad/c2"),))
    assert says(room, "split", reports="cad/c0 cad/c1", out="cad/c2")[0].granted
    apart = (("cad/c0", "cad/c2"), ("cad/c1", "cad/c2"))
    assert room.picture.series.judged() == Judged((("cad/c0", "cad/c1"),), apart)
    assert says(room, "confirm", reports="cad/c0 cad/c2")[0].granted
    assert room.picture.series.judged() == Judged((("cad/c0", "cad/c1", "cad/c2"),))
    room.picture.patterns.asked = ""
    _, effects = says(room, "split", reports="cad/c0", out="cad/c2")
    (asked,) = of(Forecast, effects)
    assert asked.judged == room.picture.series.judged()


def test_what_makes_no_sense_and_who_may_not_changes_nothing() -> None:
    room = room_with(2)
    for details, why in (
        ({"reports": "cad/c0"}, "two reports at least make a series"),
        ({"reports": "cad/c0 cad/c9"}, "there is no report cad/c9"),
        ({"reports": " ".join(f"cad/c{n}" for n in range(61))}, "no more than 60 reports at once"),
    ):
        reply, effects = says(room, "confirm", **details)
        assert (reply.granted, reply.why) == (False, why)
        assert not of(Forecast, effects)
    reply, _ = says(room, "split", reports="cad/c0", out="cad/c0")
    assert reply.why == "a report either stays or does not belong"
    reply, effects = says(room, "confirm", who="ada", reports="cad/c0 cad/c1")
    assert not reply.granted
    assert [line.granted for line in of(Audit, effects)] == [False]
    assert room.picture.series.judged() == Judged()


def test_plates_near_three_are_listed_and_those_that_are_always_there_come_last() -> None:
    """A car that was near all of them and never else, before a neighbour's that passes the reader every hour."""
    room = Room()
    room.tell(site())
    reader, at = next((name, one) for name, one in room.picture.site.readers.items() if one.lat is not None)
    assert at.lat is not None
    assert at.lon is not None
    reports = []
    for night in range(3):
        begins = Micros(T0 + night * 5 * HOUR)
        reports.append(Burglary(f"cad/{night}", "vehicle", at.lat, at.lon, begins, Micros(begins + HOUR), begins))
    for hour in range(14):
        room.tell(read("NEIGHBR", hour * 3600.0 + 60, reader))
        if hour in (0, 5, 10):
            room.tell(read("CREW77", hour * 3600.0 + 120, reader))
        if hour in (0, 5):
            room.tell(read("TWICE2", hour * 3600.0 + 180, reader))
    found = plates_near(reports, room.picture)
    told = [(one.plate, len(one.reports), one.elsewhen > 0) for one in found]
    assert told == [("CREW77", 3, False), ("NEIGHBR", 3, True)]


def test_tips_in_the_window_at_the_place_stand_beside_a_series_and_no_forecast_hears_of_them() -> None:
    """What is asked of the forecaster is the same with tips and reads and without, to the byte."""
    said = {"begins": Micros(T0 - 10 * HOUR), "ends": Micros(T0 - 10 * HOUR), "lon": LON}
    asked = []
    for tips in (
        (),
        (
            tip("T1", 50, LAT, **said),
            tip("T2", 51, LAT + 0.01, **said | {"begins": T0 - 40 * HOUR, "ends": T0 - 39 * HOUR}),
        ),
    ):
        room = room_with(2)
        room.tell(*tips, *(read("KTR482", 52.0 + n) for n in range(3) if tips))
        room.picture.patterns.asked = ""
        _, effects = says(room, "confirm", reports="cad/c0 cad/c1")
        (question,) = of(Forecast, effects)
        asked.append(msgspec.structs.replace(question, id=""))
        found = tips_near(room.picture.patterns.reports.values(), room.picture)
        assert found == ([TipBeside("tips/T1", "T1", ("cad/c0",))] if tips else [])
    assert asked[0] == asked[1]


def test_a_draft_out_of_a_series_names_the_tips_near_it_as_leads() -> None:
    room = room_with(2)
    room.tell(tip("T1", 50, LAT, begins=Micros(T0 - 10 * HOUR), lon=LON))
    said = {"reports": "cad/c0 cad/c1", "reason": "Series of burglaries", "case": "26-1"}
    (reply,) = of(Reply, room.tell(act("bulletin.series", "series", 60, "det", **said)))
    assert reply.granted, reply.why
    assert (
        "TIPS, leads as well, to be read in the center: T1 (near 1)"
        in room.picture.bulletins.bulletins[reply.made].text
    )
