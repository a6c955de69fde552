"""Hotlists: delimiters, headers, widths, dates, encodings, and deliveries that cannot be believed."""

from __future__ import annotations

from time import perf_counter

import pytest

from center.core.events import Event, FeedFaulted, HotlistChanged, HotlistLoaded, HotlistSpoiled, Listing, Micros
from center.ingest import hotlist, open_feed
from center.ingest.feed import Origin
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import moment

HEADER = "PLATE;STATE;REASON;CASE;MAKE;MODEL;COLOR;EFFECTIVE;EXPIRES"
ROW = "ABC-123;LA;Stolen;26-0042;F0RD;F150;BLU;2026-03-01;2026-04-01"


def delivered(text: str | bytes, peer: str = "lists/parish.csv", **options: str) -> list[Event]:
    """What one whole file gives."""
    data = text if isinstance(text, bytes) else text.encode()
    return events_of(feed_of("hotlist", peer, whole=True, options=options), data)


def loaded(text: str | bytes, peer: str = "lists/parish.csv", **options: str) -> HotlistLoaded:
    return the(HotlistLoaded, delivered(text, peer, **options))


def plates(text: str | bytes, **options: str) -> list[str]:
    return [listing.plate for listing in loaded(text, **options).listings]


def refusal(text: str | bytes, **options: str) -> str:
    """Why a delivery was refused; nothing of it may have come through."""
    events = delivered(text, **options)
    assert only(HotlistLoaded, events) == []
    return whys(events)[-1]


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_delivery_is_one_list() -> None:
    """Plate in letters and digits, NCIC's zero for O left alone, the reason in the list's own word, dates in UTC, and
    what expires on a day is good that day."""
    whole = loaded(f"#VERSION,2026-082\n#ISSUED,2026-03-23T06:00:00-05:00\n{HEADER}\n{ROW}\n#END,1\n")
    assert whole == HotlistLoaded(
        at=moment("2026-03-23 12:00:00"),
        source="test/hotlist",
        hotlist="parish",
        version="2026-082",
        issued=moment("2026-03-23 11:00:00"),
        listings=(
            Listing(
                plate="ABC123",
                state="LA",
                reason="stolen",
                case="26-0042",
                make="F0RD",
                model="F150",
                color="BLU",
                effective=moment("2026-03-01 00:00:00"),
                expires=moment("2026-04-02 00:00:00"),
            ),
        ),
    )


@pytest.mark.parametrize("mark", [";", ",", "\t", "|", ":"])
def test_the_delimiter_is_found_out(mark: str) -> None:
    """From the header."""
    assert plates(f"{HEADER}\n{ROW}\n".replace(";", mark)) == ["ABC123"]


@pytest.mark.parametrize(
    "header",
    [
        "LIC,LIS,OFFENSE,OCA,VMA,VMO,VCO,DOE,EXP",
        "License Plate,St,Type,Case No.,Make,Model,Colour,Effective Date,Expiration Date",
        '"TAG","State/Province","Alert Type","ORI","Vehicle Make","Vehicle Model","Color","Start","End"',
        " plate_number , PLATE STATE , reason , case_number , make , model , color , begin date , valid until ",
    ],
)
def test_columns_go_by_many_names(header: str) -> None:
    """As states and vendors head them."""
    named = loaded(f"{header}\n{ROW.replace(';', ',')}\n")
    assert named.listings == loaded(f"{HEADER}\n{ROW}\n").listings


def test_columns_come_in_any_order_and_others_are_passed_over() -> None:
    """Only the plate must be there; without a reason it is stolen."""
    text = "YEAR,ST,PLATE,REMARK\n2019,TX,XYZ9,red roof\n"
    assert loaded(text).listings == (Listing("XYZ9", "TX"),)


def test_a_list_of_bare_plates_is_a_list() -> None:
    """One column."""
    assert plates("PLATE\nABC123\nXYZ 9\n") == ["ABC123", "XYZ9"]


def test_a_file_without_a_header_is_read_by_option_columns() -> None:
    """A column that is none of ours is skipped; a header that is there after all is no listing."""
    options = {"columns": "reason, year, plate, state"}
    assert loaded("V,2019,ABC123,LA\nP,2020,XYZ9,TX\n", **options).listings == (
        Listing("ABC123", "LA", "v"),
        Listing("XYZ9", "TX", "p"),
    )
    assert plates("TYPE|YEAR|PLATE|STATE\nV|2019|ABC123|LA\n", **options) == ["ABC123"]


def test_fixed_width_is_read_by_option_widths() -> None:
    """Lines may lack their trailing blanks."""
    text = "VABC123    LA20260301\nPXYZ9      TX\n"
    listings = loaded(text, columns="reason,plate,state,effective", widths="1,10,2,8").listings
    assert [(one.plate, one.state, one.reason) for one in listings] == [("ABC123", "LA", "v"), ("XYZ9", "TX", "p")]
    assert listings[0].effective == moment("2026-03-01 00:00:00")


def test_quoted_fields_may_hold_the_delimiter() -> None:
    """And a stray quote costs its own line only."""
    text = 'PLATE,REASON,MAKE\nABC1,"stolen, armed",FORD\nABC2,"st,FORD\nABC3,bolo,"KIA"\n'
    events = delivered(text)
    (whole,) = only(HotlistLoaded, events)
    assert [(one.plate, one.reason) for one in whole.listings] == [("ABC1", "stolen, armed"), ("ABC3", "bolo")]
    assert whole.skipped == 1


def test_duplicates_are_folded() -> None:
    """The same plate, state, reason and case is one listing, as last told; another case is another listing."""
    text = "PLATE,STATE,CASE,COLOR\nABC1,LA,1,RED\nABC-1,LA,1,BLUE\nABC1,LA,2,RED\nABC1,TX,1,RED\n"
    listings = loaded(text).listings
    assert [(one.plate, one.state, one.case, one.color) for one in listings] == [
        ("ABC1", "LA", "1", "BLUE"),
        ("ABC1", "LA", "2", "RED"),
        ("ABC1", "TX", "1", "RED"),
    ]


@pytest.mark.parametrize(
    ("written", "state"),
    [("LA", "LA"), ("la", "LA"), ("0H", "OH"), ("Louisiana", "LA"), ("", None), ("XX", None), ("ON", "ON")],
)
def test_a_state_is_its_postal_code(written: str, state: str | None) -> None:
    """A zero in a code is a letter: no code has a digit."""
    assert loaded(f"PLATE,STATE\nABC1,{written}\n").listings[0].state == state


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-03-01", "2026-03-01 00:00:00"),
        ("20260301", "2026-03-01 00:00:00"),
        ("03/01/2026", "2026-03-01 00:00:00"),
        ("3/1/26", "2026-03-01 00:00:00"),
        ("2026-03-01T06:30:00Z", "2026-03-01 06:30:00"),
        ("2026-03-01 06:30", "2026-03-01 06:30:00"),
        ("2026-03-01T06:30:00-06:00", "2026-03-01 12:30:00"),
        ("03/01/2026 06:30", "2026-03-01 06:30:00"),
        ("202603010630", "2026-03-01 06:30:00"),
    ],
)
def test_dates_are_written_many_ways(written: str, read_as: str) -> None:
    """As start: the first moment of the day."""
    assert loaded(f"PLATE,EFFECTIVE\nABC1,{written}\n").listings[0].effective == moment(read_as)


def test_dates_are_local_with_option_tz() -> None:
    """A list's day begins and ends where the list was made."""
    listing = loaded("PLATE,EFFECTIVE,EXPIRES\nABC1,2026-03-01,2026-03-01\n", tz="America/Chicago").listings[0]
    assert listing.effective == moment("2026-03-01 06:00:00")
    assert listing.expires == moment("2026-03-02 06:00:00")


@pytest.mark.parametrize("never", ["12/31/9999", "99991231", "9999-12-31T23:59:59Z", "2999-01-01", ""])
def test_an_expiry_in_the_far_future_is_never(never: str) -> None:
    """As lists write it that have no empty dates."""
    assert loaded(f"PLATE,EXPIRES\nABC1,{never}\n").listings == (Listing("ABC1"),)


def test_an_expiry_with_a_time_is_that_moment() -> None:
    """Only a bare date lasts to its end."""
    assert loaded("PLATE,EXPIRES\nABC1,2026-03-01T06:30:00Z\n").listings[0].expires == moment("2026-03-01 06:30:00")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_endings(encoding: str, ending: str) -> None:
    """With or without a byte order mark; UTF-16 needs one."""
    data = f"PLATE,MODEL{ending}ABC1,CITROËN{ending}XYZ9,KA{ending}".encode(encoding)
    data = b"\xff\xfe" + data if encoding == "utf-16-le" else data
    assert [(one.plate, one.model) for one in loaded(data).listings] == [("ABC1", "CITROËN"), ("XYZ9", "KA")]


def test_a_stream_is_one_delivery() -> None:
    """However it is cut; told at its end, once."""
    data = f"#VERSION,7\n{HEADER}\n{ROW}\n#END,1\n".encode()
    feed = feed_of("hotlist", "parish.csv")
    for byte in data:
        assert feed.receive(bytes([byte]), Micros(1)) == ()
    assert the(HotlistLoaded, feed.finish(Micros(2))).version == "7"


# --- what it is called ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "name", "version"),
    [
        ("drop/ncic_20260323_0600.csv", "ncic", "ncic_20260323_0600"),
        ("C:\\drop\\stolen-2026-03-23.txt", "stolen", "stolen-2026-03-23"),
        ("list7.csv", "list7", None),
        ("20260323.csv", "test/hotlist", "20260323"),
        ("text/csv; charset=utf-8", "test/hotlist", None),
        ("", "test/hotlist", None),
    ],
)
def test_name_and_version_come_from_the_file(peer: str, name: str, version: str | None) -> None:
    """The name stays the same from day to day; without a date the version is what is in the file."""
    whole = loaded("PLATE\nABC1\n", peer)
    other = loaded("PLATE\nABC2\n", peer)
    assert whole.hotlist == name
    if version is None:
        assert len(whole.version) == 12
        assert whole.version != other.version
        assert whole.version == loaded("PLATE\nABC1\n", peer).version
    else:
        assert whole.version == version


def test_a_posted_list_goes_by_its_feeds_name() -> None:
    """A link that knows a content type puts it behind the feed's name in the source."""
    feed = open_feed("hotlist", Origin("state/text/csv", "text/csv", whole=True), {})
    assert the(HotlistLoaded, feed.receive(b"PLATE\nABC1\n", Micros(1))).hotlist == "state"


def test_the_name_may_be_given() -> None:
    """And then does not depend on the file."""
    assert loaded("PLATE\nABC1\n", "x_20260323.csv", name="state").hotlist == "state"


# --- what is not believed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (";LA;;;;;;;", "no plate"),
        ("ABC123;LA", "line has not as many fields as the header"),
        (ROW + ";x", "line has not as many fields as the header"),
        ("ABCDEFGHIJKLM;LA;;;;;;;", "too long to be a plate"),
        ("AB<C>;LA;;;;;;;", "not a plate"),
        ("ABC123;L1;;;;;;;", "not a state"),
        ("ABC123;LA;;;;;;soon;", "not a date"),
        ("ABC123;LA;;;;;;;31/31/2026", "not a date"),
        ("ABC123;LA;;;;;;;2026031", "not a date"),
        ("ABC123;LA;;;;;;;99999999", "not a date"),
        ("ABC\x00123;LA;;;;;;;", "NUL bytes"),
        ("A" * 5000, "longer than 4096 characters"),
    ],
)
def test_a_bad_line_is_skipped_and_named(row: str, why: str) -> None:
    """By its number in the file; the lines around it are listed."""
    text = f"# made by hand\n{HEADER}\n{ROW}\n{row}\n{ROW.replace('123', '456')}\n"
    fault, whole = delivered(text)
    assert isinstance(fault, FeedFaulted)
    assert fault.why == f"line 4: {why}"
    assert isinstance(whole, HotlistLoaded)
    assert ([one.plate for one in whole.listings], whole.skipped) == (["ABC123", "ABC456"], 1)


def test_bad_lines_do_not_flood() -> None:
    """Twenty are named, the rest are counted."""
    rows = [f"ABC{number:04d};LA" for number in range(100)] + ["BAD"] * 50
    events = delivered("PLATE;STATE\n" + "\n".join(rows))
    faults = only(FeedFaulted, events)
    assert len(faults) == 21
    assert (faults[-1].why, faults[-1].repeats) == ("30 further lines are bad", 29)
    assert only(HotlistLoaded, events)[0].skipped == 50


def test_a_list_that_is_mostly_bad_is_refused() -> None:
    """Half bad is borne, more is not."""
    half = "PLATE;STATE\nABC1;LA\nABC2;LA\nX\nY\n"
    assert len(only(HotlistLoaded, delivered(half))) == 1
    assert refusal(half + "Z\n") == "hotlist parish refused: 3 of its 5 lines are not listings"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# nothing today\n", HEADER, f"{HEADER}\n#END,0\n"], ids=["0", "blank", "#", "header", "end"]
)
def test_an_empty_list_is_refused(text: str) -> None:
    """An empty file is a failed export more often than a quiet day."""
    assert "it lists nothing" in refusal(text)


@pytest.mark.parametrize("mark", [";", ",", "\t", "|", ":"])
def test_a_list_without_a_header_is_read_when_its_columns_stand_as_usual(mark: str) -> None:
    """Plate, state, and what follows as far as the lines go: the state's code in the second place tells. Fails when a
    header is asked of what many states send without one."""
    lines = ("ABC123,LA,stolen,26-1", "XYZ 789,TX,bolo,", "8SAM123,CA,felony,26-3")
    listed = loaded("\n".join(lines).replace(",", mark)).listings
    assert [(one.plate, one.state, one.reason, one.case) for one in listed] == [
        ("ABC123", "LA", "stolen", "26-1"),
        ("XYZ789", "TX", "bolo", None),
        ("8SAM123", "CA", "felony", "26-3"),
    ]


@pytest.mark.parametrize("text", ["<html>404</html>\n", "PK\x03\x04\x00\x00", "ABC123\nXYZ9\n", "XYZ9,stolen,TX\n"])
def test_what_names_no_columns_is_refused(text: str) -> None:
    """An error page, an archive, or a file that needs option columns."""
    assert "no header names a plate column" in refusal(text)


def test_a_trailer_that_counts_differently_refuses_the_list() -> None:
    """Half-written, whichever half."""
    assert "its trailer counts 3 listings, it has 1" in refusal(f"{HEADER}\n{ROW}\n#END,3\n")
    assert "its trailer counts 3 listings, it has 1" in refusal(f"{HEADER}\n{ROW}\nTOTAL RECORDS: 3\n")


def test_a_list_that_goes_on_behind_its_trailer_is_refused() -> None:
    """Two deliveries written over each other."""
    assert "goes on behind its trailer" in refusal(f"{HEADER}\n{ROW}\n#END,1\n{ROW}\n")


def test_a_missing_trailer_refuses_the_list_where_one_is_required() -> None:
    """Cut anywhere, a list with a trailer is never taken for whole."""
    text = f"{HEADER}\n" + "".join(f"A{number:04d};LA;;;;;;;\n" for number in range(50)) + "#END,50\n"
    assert len(loaded(text, require_trailer="true").listings) == 50
    for cut in range(0, len(text) - len("#END,50\n") + 1, 7):
        assert "refused" in refusal(text[:cut], require_trailer="true")


def test_a_comma_inside_the_trailer_line_may_be_anything() -> None:
    """Marks between the word and what it says differ."""
    assert loaded("#version: 9\n# issued = 2026-03-23\nPLATE\nABC1\n# End | 1\n").version == "9"


def test_a_bad_issue_date_is_a_fault_and_the_list_loads() -> None:
    """Its age is unknown then, and said to be."""
    fault, whole = delivered(f"#ISSUED,yesterday\n{HEADER}\n{ROW}\n")
    assert isinstance(fault, FeedFaulted)
    assert fault.why == "line 1: ISSUED is not an ISO 8601 time"
    assert isinstance(whole, HotlistLoaded)
    assert (whole.issued, whole.skipped) == (None, 0)


def test_too_many_listings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr(hotlist, "MAX_LISTINGS", 10)
    assert "more than 10 listings" in refusal("PLATE\n" + "\n".join(f"A{number:03d}" for number in range(11)))


@pytest.mark.parametrize("whole", [True, False])
def test_too_large_a_file_is_refused_without_being_held(monkeypatch: pytest.MonkeyPatch, whole: bool) -> None:
    """What came is let go as soon as it is too much."""
    monkeypatch.setattr(hotlist, "MAX_BYTES", 1000)
    feed = feed_of("hotlist", whole=whole)
    events = events_of(feed, *([b"PLATE\n" + b"ABC123\n" * 999] if whole else [b"ABC123\n"] * 999))
    assert whys(events) == ["hotlist test/hotlist refused: larger than 1000 bytes"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"colums": "plate"}, "no option colums"),
        ({"columns": "year,make"}, "names no plate"),
        ({"columns": "plate,state", "widths": "10"}, "a number for each"),
        ({"columns": "plate", "widths": "ten"}, "a number for each"),
        ({"widths": "10"}, "needs option columns"),
        ({"delimiter": "#"}, "option delimiter"),
        ({"require_trailer": "yes"}, "require_trailer is true or false"),
        ({"tz": "Moon"}, "option tz"),
    ],
)
def test_a_mistaken_option_is_refused_at_once(options: dict[str, str], why: str) -> None:
    """A site file's mistake shows when it is read, not when the list comes at night."""
    with pytest.raises(ValueError, match=why):
        feed_of("hotlist", options=options)


def test_a_hundred_thousand_lines_take_less_than_a_blink() -> None:
    """The bound is ten times what it takes on a small machine."""
    rows = "".join(f"A{number:06d};LA;stolen;26-{number};F0RD;F150;BLU;2026-03-01;\n" for number in range(100_000))
    data = f"{HEADER}\n{rows}#END,100000\n".encode()
    started = perf_counter()
    assert len(loaded(data).listings) == 100_000
    assert perf_counter() - started < 3.0


# --- changes, and what is told of a spoiled delivery ------------------------------------------------------------------


def test_additions_and_removals_stand_behind_their_headings() -> None:
    """Not a list: what was not named stays as it was."""
    change = the(
        HotlistChanged,
        delivered(f"#VERSION,c7\n{HEADER}\n#ADD\n{ROW}\n#REMOVE\nDEF456;LA;;;;;;;\n#END,2\n", "lists/parish.csv"),
    )
    assert (change.hotlist, change.version) == ("parish", "c7")
    assert [one.plate for one in change.added] == ["ABC123"]
    assert [(one.plate, one.state, one.case) for one in change.removed] == [("DEF456", "LA", None)]


def test_a_whole_list_with_changes_in_it_is_refused() -> None:
    """One of the two would be lost."""
    assert "a whole list and changes" in refusal(f"{HEADER}\n{ROW}\n#ADD\n{ROW}\n")


@pytest.mark.parametrize(
    ("text", "why"), [("", "it lists nothing"), (f"{HEADER}\n{ROW}\n#END,2\n", "half-written"), ("<html>", "column")]
)
def test_a_refused_delivery_is_a_fact_of_its_own(text: str, why: str) -> None:
    """So that somebody is told, however many faults are folded away."""
    (spoiled,) = only(HotlistSpoiled, delivered(text, "lists/parish.csv"))
    assert spoiled.hotlist == "parish"
    assert why in spoiled.why
