"""Which reads may be a listed vehicle."""

from __future__ import annotations

from typing import Any

import pytest

from center.core import hotlists, plates
from center.core.events import Listing, PlateRead
from tests.center.core.facts import LAT, Room, hotlist, listed, policy, read, site, when


def differs(room: Room) -> list[tuple[str, str, str]]:
    return [(each.what, each.read, each.listed) for each in room.alert().differs]


def hits(room: Room) -> int:
    return sum(alert.reads_in_all for alert in room.alerts())


def after(one: Listing, passing: PlateRead) -> Room:
    room = Room(site(), hotlist(one))
    room.tell(passing)
    return room


# --- one read, one listing --------------------------------------------------------------------------------------------


def test_a_listed_plate_is_a_lead_that_carries_its_listing_and_how_old_the_list_is() -> None:
    """Read beside listing, with the list's version and age; nothing has been confirmed."""
    room = Room(site(), hotlist(listed("ABC123", case="26-1", make="FORD"), issued=-7200, version="d2"))
    room.tell(read("ABC123", 3600))
    alert = room.alert()
    assert (alert.kind, alert.state, alert.subject) == ("hotlist-hit", "raised", "ABC123")
    assert alert.listing == listed("ABC123", case="26-1", make="FORD")
    assert (alert.hotlist, alert.version, alert.issued) == ("state", "d2", when(-7200))
    assert hotlists.age(room.picture.plates.hotlists["state"], room.picture.now) == 3 * 3600
    assert alert.headline == "Stolen: ABC123 (LA) at I-10 at exit 30"
    assert differs(room) == []


def test_a_plate_that_is_not_listed_is_nobodys_business() -> None:
    assert after(listed("ABC123"), read("XYZ789", 1)).alerts() == []


def test_without_a_list_nothing_is_wanted() -> None:
    room = Room()
    assert room.tell(read("ABC123", 1)) == []


def test_a_list_nobody_has_renewed_for_days_says_so_on_its_hits() -> None:
    """Past hotlist_stale_s the operator is told before a deputy is. Fails when the policy is not read."""
    room = Room(policy(hotlist_stale_s=24 * 3600), hotlist(listed("ABC123"), listed("DEF456"), issued=0))
    room.tell(read("ABC123", 24 * 3600), read("DEF456", 30 * 3600))
    assert [alert.detail for alert in room.alerts()] == ["", "the list is 30 h old"]


# --- letters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on_list", "on_camera"), [("F0RD1", "FORD1"), ("FORD1", "F0RD1"), ("O0O", "000")])
def test_o_and_zero_are_one_character_everywhere(on_list: str, on_camera: str) -> None:
    """State files print the letter O as zero; that is no difference at all, whatever the camera's confidence."""
    room = after(listed(on_list), read(on_camera, 1, confidence=0.99))
    assert differs(room) == []


def test_a_camera_in_doubt_may_have_confused_look_alikes() -> None:
    """8 for B at 70 %: a lead that names the letter. Fails when only equal plates are compared."""
    room = after(listed("ABC123"), read("A8C123", 1, confidence=0.7))
    assert differs(room) == [("letter", "A8C123", "ABC123")]


def test_a_camera_that_is_sure_is_taken_at_its_word() -> None:
    """A8C123 at 97 % is another car than ABC123. Fails when folding alone decides: wrong alerts all day."""
    assert after(listed("ABC123"), read("A8C123", 1, confidence=0.97)).alerts() == []


def test_a_camera_that_does_not_say_how_sure_it_is_is_not_sure() -> None:
    assert after(listed("ABC123"), read("A8C123", 1, confidence=None)).alert().differs


def test_what_a_lead_is_worth_is_the_sites_to_say() -> None:
    """A site that would rather look at two hundred cars than miss one hears of this one, too."""
    room = Room(policy(leads_per_find=200.0), hotlist(listed("ABC123")))
    room.tell(read("A8C123", 1, confidence=0.97))
    assert room.alert()


def test_a_sure_camera_that_considered_the_listed_plate_gives_a_lead() -> None:
    """Its second choice was the stolen car."""
    room = after(listed("ABC123"), read("A8C123", 1, confidence=0.97, candidates=["A8C123", "ABC123"]))
    assert differs(room) == [("letter", "A8C123", "ABC123")]


def test_a_candidate_is_found_even_where_the_letters_do_not_look_alike() -> None:
    """H for W is in no table of look-alikes, but this camera thought it possible."""
    room = after(listed("WBC123"), read("HBC123", 1, candidates=["WBC123"]))
    assert differs(room) == [("letter", "HBC123", "WBC123")]


def test_two_letters_apart_take_more_than_a_doubtful_camera() -> None:
    """Make and colour of the listed car beside two look-alikes are a lead; two look-alikes alone are not."""
    wanted = listed("B8SS21", make="FORD", color="RED")
    assert after(wanted, read("88S521", 1, confidence=0.5)).alerts() == []
    assert after(wanted, read("88S521", 1, confidence=0.5, make="ford", color="red")).alert()


@pytest.mark.parametrize("other", ["BC123", "ABC12", "XABC123"])
def test_a_character_missing_or_too_many_takes_a_car_that_fits(other: str) -> None:
    """The frame hid a letter, or a screw was read as one. Alone that is noise; on the very car it is a lead."""
    wanted = listed("ABC123", make="FORD", model="F150", color="RED")
    assert after(wanted, read(other, 1, confidence=1.0)).alerts() == []
    shown = after(wanted, read(other, 1, confidence=0.8, make="ford", model="f150", color="red")).alert()
    assert [each.what for each in shown.differs] == ["letter"]


def test_stacked_letters_are_found_where_the_camera_put_them() -> None:
    """AB over one another beside 12345: on the other side, or not read at all."""
    wanted = listed("AB12345", make="FORD", color="RED")
    for seen in ("12345AB", "12345"):
        assert after(wanted, read(seen, 1, confidence=0.9, make="ford", color="red")).alert()


def test_a_reader_that_tells_its_doubt_letter_by_letter_is_taken_at_its_word() -> None:
    """M or W, half and half, in no table of look-alikes; the same text with every letter certain is another car."""
    sure = tuple({mark: 0.999} for mark in "MBC123")
    torn = ({"M": 0.55, "W": 0.44}, *sure[1:])
    wanted = listed("WBC123")
    assert after(wanted, read("MBC123", 1, confidence=0.55, characters=torn)).alert()
    assert after(wanted, read("MBC123", 1, confidence=0.99, characters=sure)).alerts() == []


def test_a_doubtful_lead_on_a_short_list_is_none_on_a_long_one() -> None:
    """Of fifty thousand plates one is always a letter away: the list's length is part of what a match is worth."""
    long = [listed(f"{n:03}{chr(65 + n % 7)}XY", "TX") for n in range(1000)]
    for others, leads in ((long[:10], 1), (long, 0)):
        room = Room(site(), hotlist(listed("ABC123"), *others))
        room.tell(read("A8C123", 1, confidence=0.85))
        assert len(room.alerts()) == leads


def test_no_list_is_long_enough_and_no_camera_bad_enough_to_hide_what_agrees_in_everything() -> None:
    """Nobody could explain to an owner why the very plate was read and nobody was told."""
    stingy = policy(leads_per_find=0.001)
    room = Room(stingy, hotlist(listed("ABC123")))
    room.tell(read("ABC124", 1, confidence=0.05), read("ABC123", 2, confidence=0.05))
    assert [alert.reads_in_all for alert in room.alerts()] == [1]
    assert room.alert().differs == ()


# --- contradictions ---------------------------------------------------------------------------------------------------


def test_another_state_is_shown_but_hides_nothing_when_the_letters_agree() -> None:
    """Cameras are poor at states. The operator sees LA beside TX and decides."""
    assert differs(after(listed("ABC123"), read("ABC123", 1, state="TX"))) == [("state", "TX", "LA")]


@pytest.mark.parametrize(("on_list", "on_camera"), [(None, "TX"), ("LA", None), (None, None)])
def test_a_state_nobody_claims_is_no_difference(on_list: str | None, on_camera: str | None) -> None:
    assert differs(after(listed("ABC123", on_list), read("ABC123", 1, state=on_camera))) == []


def test_a_confused_letter_and_another_state_are_another_car() -> None:
    """One doubt is a lead, two are noise."""
    assert after(listed("ABC123"), read("A8C123", 1, confidence=0.5, state="TX")).alerts() == []


def test_a_confused_letter_on_a_plainly_different_vehicle_is_another_car() -> None:
    wanted = listed("ABC123", make="FORD", color="RED")
    assert after(wanted, read("A8C123", 1, confidence=0.5, make="toyota")).alerts() == []
    assert after(wanted, read("A8C123", 1, confidence=0.5, make="ford", color="red")).alert()


def test_the_right_letters_on_the_wrong_vehicle_are_a_lead_and_say_so() -> None:
    """A stolen plate on another car is how plates are used."""
    room = after(listed("ABC123", make="FORD", color="RED"), read("ABC123", 1, make="toyota", color="red"))
    assert differs(room) == [("make", "toyota", "FORD")]


@pytest.mark.parametrize(
    ("on_list", "on_camera"),
    [("F0RD", "ford"), ("H0NDA", "Honda"), ("TOYT", "toyota"), ("SIL", "silver-gray"), ("G0LD", "gold")],
)
def test_a_lists_word_and_a_cameras_word_for_the_same_are_the_same(on_list: str, on_camera: str) -> None:
    """NCIC's zeros and four-letter codes. Fails when words are compared as written: every Ford would be another
    make."""
    assert differs(after(listed("ABC123", make=on_list), read("ABC123", 1, make=on_camera))) == []


# --- several listings -------------------------------------------------------------------------------------------------


def test_of_two_listings_the_one_that_fits_better_is_shown() -> None:
    room = Room(site(), hotlist(listed("ABC123", "TX"), listed("ABC123", "LA")))
    room.tell(read("ABC123", 1, state="LA"))
    assert room.alert().listing == listed("ABC123", "LA")


def test_which_of_two_equal_listings_is_shown_does_not_depend_on_how_the_list_came_to_be() -> None:
    """Stolen, and wanted for a second case: loaded at once, in two deliveries, or thawed from a snapshot, the same is
    shown. Fails when the order of filing decides: a restarted center would decide otherwise than the one it
    replaces."""
    first, second = listed("ABC123", case="26-2"), listed("ABC123", case="26-1")
    shown = []
    for deliveries in ([(first, second)], [(second, first)], [(first,), (second, first)], [(first,), (first, second)]):
        for again in (False, True):
            room = Room()
            for version, listings in enumerate(deliveries):
                room.tell(hotlist(*listings, version=f"v{version}"))
            if again:
                room.restart()
            room.tell(read("ABC123", 1))
            shown.append(room.alert().listing)
    assert shown == shown[:1] * len(shown)


def test_a_plate_on_two_lists_is_one_alert() -> None:
    """State and parish both want it; nobody needs two bells."""
    room = Room(
        site(), hotlist(listed("ABC123"), name="state"), hotlist(listed("ABC123", reason="bolo"), name="parish")
    )
    room.tell(read("ABC123", 1))
    assert len(room.alerts()) == 1


def test_a_plate_taken_off_one_list_is_still_wanted_by_the_other() -> None:
    room = Room(site(), hotlist(listed("ABC123"), listed("A"), name="a"), hotlist(listed("ABC123"), name="b"))
    room.tell(hotlist(listed("A"), version="v2", name="a"), read("ABC123", 1))
    assert room.alert().hotlist == "b"


# --- lists come and go ------------------------------------------------------------------------------------------------


def test_a_plate_taken_off_the_list_is_wanted_no_more() -> None:
    """The car was recovered this morning; its owner is driving to work. Fails when listings are only ever added."""
    room = Room(site(), hotlist(listed("ABC123"), listed("DEF456")))
    room.tell(hotlist(listed("DEF456"), version="v2"), read("ABC123", 1), read("DEF456", 1))
    assert [alert.subject for alert in room.alerts()] == ["DEF456"]


def test_an_older_list_never_replaces_a_newer_one() -> None:
    """Yesterday's file was dropped again. It is refused aloud, and the newer one stays in force."""
    room = Room(site(), hotlist(listed("ABC123"), version="v2", issued=0))
    room.tell(hotlist(listed("XYZ789"), version="v1", issued=-86400), read("XYZ789", 1), read("ABC123", 1))
    assert room.alert().subject == "ABC123"
    assert "issued before version v2" in room.alert("hotlist-refused").detail


def test_a_list_that_lost_more_than_half_is_refused() -> None:
    """A transfer broke off, or the query did. The threshold is the site's."""
    full = [listed(f"AAA{n:03}") for n in range(100)]
    room = Room(site(), hotlist(*full))
    room.tell(hotlist(*full[:49], version="v2"), read("AAA099", 1))
    assert room.alert("hotlist-refused").detail == "version v2 has 49 listings, version v1 has 100"
    assert room.alert().subject == "AAA099"
    room.tell(hotlist(*full[:50], version="v3"))
    assert room.picture.plates.hotlists["state"].version == "v3"
    lenient = Room(policy(hotlist_shrink=0.0), hotlist(*full), hotlist(version="v2"))
    lenient.tell(read("AAA099", 1))
    assert lenient.alerts() == []


def test_the_same_version_again_changes_nothing_and_asks_nothing() -> None:
    """A drop folder is listed twice. No effect, and the age counts from the first."""
    room = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1))
    assert room.tell(hotlist(listed("ABC123"), s=50)) == []
    assert room.picture.plates.hotlists["state"].loaded_at == when(0)
    assert hits(room) == 1


def test_a_list_that_names_a_vehicle_twice_is_as_good_as_one_that_does_not() -> None:
    """And it can be replaced. Fails when a listing is filed once for every time it is told: taking it off then
    trips."""
    twice = (listed("ABC123"), listed("ABC123"), listed("DEF456"), listed("DEF456"))
    room = Room(site(), hotlist(*twice), hotlist(*twice))
    assert len(room.picture.plates.listed) == 2
    room.tell(hotlist(listed("XYZ789"), listed("UVW555"), version="v2"), read("ABC123", 1))
    assert room.alerts() == []
    assert sorted(room.picture.plates.listed) == sorted(map(plates.fold, ("XYZ789", "UVW555")))


def test_a_listing_that_is_not_in_force_yet_is_not_wanted_yet() -> None:
    """An order that begins tomorrow."""
    room = Room(site(), hotlist(listed("ABC123", effective=when(100))))
    room.tell(read("ABC123", 99))
    assert room.alerts() == []
    room.tell(read("ABC123", 100))
    assert room.alert()


def test_an_expired_listing_is_no_longer_wanted() -> None:
    room = Room(site(), hotlist(listed("ABC123", expires=when(100))))
    room.tell(read("ABC123", 100))
    assert room.alerts() == []
    room.tell(read("ABC123", 200))
    assert room.alerts() == []
    still = Room(site(), hotlist(listed("ABC123", expires=when(100))))
    still.tell(read("ABC123", 99.9))
    assert still.alert()


# --- backward ---------------------------------------------------------------------------------------------------------


def test_a_car_that_passed_before_it_was_listed_is_found() -> None:
    """Stolen at five, reported at seven, read at six."""
    room = Room(site(), read("ABC123", 0))
    room.tell(hotlist(listed("ABC123"), s=3600))
    (shown,) = room.alert().reads
    assert (shown.read.at, shown.backward) == (when(0), True)


def test_all_its_earlier_reads_come_oldest_first_and_make_one_alert() -> None:
    """The track of the car before anybody knew. The listing's effective date is when it was entered and hides none."""
    room = Room(
        site(), read("ABC123", 30, "R2"), read("OTHER1", 40), read("ABC123", 50, "R1"), read("ABC123", 60, "R2")
    )
    room.tell(hotlist(listed("ABC123", effective=when(55)), s=100), read("ABC123", 200))
    alert = room.alert()
    assert [(hit.read.at, hit.backward) for hit in alert.reads] == [
        (when(30), True),
        (when(50), True),
        (when(60), True),
        (when(200), False),
    ]
    assert alert.reads_in_all == 4


def test_a_new_version_looks_back_only_for_what_it_adds() -> None:
    """Fails when every delivery matches every listing again: a thousand old hits twice a day."""
    room = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1), read("DEF456", 2))
    room.tell(hotlist(listed("ABC123"), listed("DEF456"), version="v2", s=10))
    assert [(alert.subject, alert.reads_in_all) for alert in room.alerts()] == [("ABC123", 1), ("DEF456", 1)]


def test_nothing_older_than_the_lookback_is_found() -> None:
    """What the site's retention rule has let go must not come back, even when no read has come since to push it out."""
    room = Room(policy(lookback_s=3600), read("ABC123", 0), read("DEF456", 1))
    room.tell(hotlist(listed("ABC123"), listed("DEF456"), s=3601))
    assert [alert.subject for alert in room.alerts()] == ["DEF456"]


def test_a_listing_that_is_over_finds_nothing_backward_either() -> None:
    room = Room(site(), read("ABC123", 0))
    room.tell(hotlist(listed("ABC123", expires=when(10)), s=100))
    assert room.alerts() == []


def test_a_camera_in_doubt_is_matched_backward_by_the_same_rule() -> None:
    room = Room(site(), read("A8C123", 0, confidence=0.7), read("ABCI23", 1, confidence=0.99))
    room.tell(hotlist(listed("ABC123"), s=10))
    assert [hit.read.plate for hit in room.alert().reads] == ["A8C123"]


def test_few_new_listings_and_many_find_the_same_passages() -> None:
    """Among many reads each of a few listings is looked for; among many listings, each read. Fails when one of the two
    ways knows a mistake that the other does not."""
    car: dict[str, Any] = {"make": "ford", "model": "f150", "color": "red", "confidence": 0.7}
    wanted = listed("AB12345", make="FORD", model="F150", color="RED")
    texts = ("AB12345", "A812345", "B12345", "AB123457", "12345", "12345AB", "WX99999")
    reads = [read(text, n, candidates=["AB12345"] if text[0] == "W" else [], **car) for n, text in enumerate(texts)]
    strangers = [read(f"ZZ{n:03}", 10 + n / 1000) for n in range(400)]
    found = []
    for others in (0, 500):
        room = Room(policy(leads_per_find=100_000.0), *reads, *strangers)
        room.tell(hotlist(wanted, *(listed(f"{n:03}QQQ") for n in range(others)), s=100))
        found.append([hit.read.plate for alert in room.alerts() for hit in alert.reads])
    assert found == [list(texts)] * 2


# --- retransmissions and memory ---------------------------------------------------------------------------------------


def test_a_read_that_is_sent_again_is_one_read() -> None:
    """The webhook's answer was lost. Fails when the device's id of the read is not looked at."""
    room = Room(site(), hotlist(listed("ABC123")))
    room.tell(read("ABC123", 1, read="uuid-1"), read("ABC123", 6, read="uuid-1"))
    assert hits(room) == 1


def test_two_readers_may_number_their_reads_alike() -> None:
    room = Room(site(), hotlist(listed("ABC123")))
    room.tell(read("ABC123", 1, "R1", read="7"), read("ABC123", 6, "R2", read="7"))
    assert hits(room) == 2


def test_reads_are_forgotten_after_the_lookback() -> None:
    """A day of reads is kept and no more, through a hundred days, and through a restart in the middle of one."""
    room = Room(policy(lookback_s=100))
    for n in range(10_000):
        room.tell(read(f"P{n % 37}", n))
        if n == 5_000:
            room.restart()
    here = room.picture.plates
    assert len(here.reads) - here.head == 101
    assert sum(map(len, here.passed.values())) == 101
    assert len(here.reads) < 101 + 4097 * 2, "what was let go must leave the list as well"


def test_what_else_a_forgotten_read_may_have_said_is_forgotten_with_it() -> None:
    """Retention has no back door: neither the text nor the texts that the reader offered lead to the read."""
    room = Room(policy(lookback_s=100))
    for n in range(500):
        room.tell(read(f"P{n % 7}", n, candidates=[f"P{n % 7}", f"K{n % 5}", f"X{n % 3}", "NEVER"]))
        if n == 250:
            room.restart()
    here = room.picture.plates
    kept = {past.read for past in here.reads[here.head :]}
    assert len(kept) == 101
    for filed, times in ((here.passed, 1), (here.offered, plates.MAX_OFFERED)):
        assert {past.read for reads in filed.values() for past in reads} == kept
        assert sum(map(len, filed.values())) == 101 * times
    room.tell(hotlist(listed("P3"), listed("K1"), s=1000))
    assert room.alerts() == []
    assert (here.passed, here.offered) == ({}, {})


def test_there_are_never_more_reads_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader gone mad: the oldest go first, whatever the lookback."""
    monkeypatch.setattr(plates, "MAX_READS", 50)
    room = Room()
    room.tell(*(read(f"P{n}", n / 1000) for n in range(500)))
    here = room.picture.plates
    kept = here.reads[here.head :]
    assert [each.plate for each in kept] == [f"P{n}" for n in range(450, 500)]
    assert sorted(here.passed) == sorted({plates.fold(each.plate) for each in kept})


def test_nothing_is_listed_twice_after_a_restart() -> None:
    """What is derived on thawing is what was built up by hearing."""
    room = Room(site(), hotlist(listed("ABC123"), listed("DEF456")), hotlist(listed("ABC123"), name="b"))
    room.tell(hotlist(listed("ABC123"), listed("GHI789"), version="v2"), read("JKL000", 1), read("JKL000", 2))

    def derived() -> Any:
        here = room.picture.plates
        return {key: sorted(map(repr, held)) for key, held in here.listed.items()}, here.passed

    before = derived()
    room.restart()
    assert derived() == before


def test_a_reader_on_a_patrol_car_reads_where_it_is() -> None:
    """An unknown or moving reader has no fixed place: the read's own counts, and its own name is shown."""
    room = Room(site(), hotlist(listed("ABC123")))
    room.tell(read("ABC123", 1, "car-9/left", lat=LAT + 1))
    assert room.alert().headline.endswith("at car-9/left")
