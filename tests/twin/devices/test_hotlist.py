"""The hotlist file."""

from __future__ import annotations

import csv

from twin.devices import hotlist
from twin.devices.things import Listing

EPOCH = 1_772_323_200_000_000
CAR = Listing("O23ABO", "LA", "stolen", "26-000117", "Ford", "F-150, crew", "white", -3_600_000_000, None)


def test_a_file_says_who_it_is_what_it_lists_and_how_much() -> None:
    """Version, issue time, header, a line a listing and a count stand in that order; a comma in a field is quoted."""
    text = hotlist.encode([CAR], "7", EPOCH, EPOCH, zero_for_o=False).decode()
    assert text.split("\r\n") == [
        "#VERSION,7",
        "#ISSUED,2026-03-01T00:00:00.000Z",
        "plate,state,reason,case,make,model,color,effective,expires",
        'O23ABO,LA,stolen,26-000117,FORD,"F-150, CREW",WHITE,2026-02-28T23:00:00.000Z,',
        "#END,1",
        "",
    ]


def test_the_letter_o_is_printed_as_a_zero() -> None:
    """As national tables do, in plates, makes and models, and nowhere else."""
    row = list(csv.reader(hotlist.encode([CAR], "7", EPOCH, EPOCH).decode().splitlines()))[3]
    assert row[:7] == ["023AB0", "LA", "stolen", "26-000117", "F0RD", "F-150, CREW", "WHITE"]


def test_an_empty_list_is_still_a_whole_file() -> None:
    """Three lines and a count of none."""
    assert hotlist.encode([], "7", EPOCH, EPOCH).decode().splitlines()[-1] == "#END,0"
