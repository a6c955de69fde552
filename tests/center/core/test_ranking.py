"""Who of those on file is meant: whose very name and date were said comes first, and what contradicts is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from center.core.ranking import MOST_RANKED, Ranked, Seen, identifiers, rank
from center.core.record_facts import AliasOnFile, LicenceOnFile, PersonOnFile, Sought, VehicleOnFile

words = st.one_of(st.text(max_size=10), st.sampled_from(("Landry", "Landri", "James", "Jim", "Smith-Landry")))
days = st.sampled_from(("1987-03-12", "1987-12-03", "1986-03-12", "1955-11-30", "", "?"))
people = st.builds(
    PersonOnFile,
    person=st.integers(1, 99).map("SYN-{:02d}".format),
    last=words,
    first=words,
    middle=words,
    born=days,
    photo=st.sampled_from(("", "P1")),
    licence=st.one_of(st.none(), st.builds(LicenceOnFile, number=words, status=words, expires=days)),
    aliases=st.lists(st.builds(AliasOnFile, last=words, first=words, born=days), max_size=2).map(tuple),
)
soughts = st.builds(Sought, last=words, first=words, born=days, licence=words)

JAMES = PersonOnFile(
    "SYN-1",
    "Landry",
    "James",
    born="1987-03-12",
    photo="P1",
    licence=LicenceOnFile("7700", "LA", "valid", "2028-01-01"),
)
SAID = Sought("Landry", "James", "1987-03-12")


def first(sought: Sought, *found: PersonOnFile, seen: Seen | None = None) -> Ranked:
    return rank(sought, found, seen or Seen())[0]


@given(soughts, st.lists(people, max_size=20), st.dictionaries(st.just("P1"), st.booleans()))
def test_whatever_is_asked_and_found_the_ranking_is_bounded_and_in_order(
    sought: Sought, found: list[PersonOnFile], photos: dict[str, bool]
) -> None:
    """Never raises; the order in which the records gave them does not count."""
    one_each = list({person.person: person for person in found}.values())
    car = VehicleOnFile("ABC123", owner="SYN-01")
    ranked = rank(sought, one_each, Seen("2026-01-02", car, "A B", photos))
    assert len(ranked) <= MOST_RANKED
    assert ranked == rank(sought, one_each[::-1], Seen("2026-01-02", car, "A B", photos))
    assert sorted(ranked, key=lambda one: (-one.score, one.person.person)) == list(ranked)
    assert all(0.0 < one.score <= 1.0 for one in ranked)
    assert sum(one.standing == "certain" for one in ranked) <= 1


@given(
    st.lists(people, max_size=12),
    st.builds(
        PersonOnFile,
        person=st.just("SYN-00"),
        last=st.just("Landry"),
        first=st.just("James"),
        born=st.just("1987-03-12"),
    ),
)
def test_whose_name_and_date_were_said_comes_first(found: list[PersonOnFile], meant: PersonOnFile) -> None:
    """Before all but namesakes of the same day."""
    ranked = rank(SAID, [*found, meant])
    assert ranked[0].score == 1.0
    assert meant in [one.person for one in ranked if one.score == 1.0] or len(ranked) == MOST_RANKED


@given(people, people)
def test_two_people_are_as_like_one_way_as_the_other(one: PersonOnFile, other: PersonOnFile) -> None:
    """As far as their own names and dates go."""

    def score(said: PersonOnFile, on_file: PersonOnFile) -> list[float]:
        plain = PersonOnFile(on_file.person, on_file.last, on_file.first, born=on_file.born)
        return [it.score for it in rank(Sought(said.last, said.first, said.born), [plain])]

    if one.last and one.first and one.born and other.last and other.first and other.born:
        assert score(one, other) == score(other, one)


def test_a_match_without_a_doubt_is_certain_and_says_nothing() -> None:
    certain = first(SAID, JAMES)
    assert (certain.standing, certain.score, certain.reasons, certain.against) == ("certain", 1.0, (), ())


def test_two_namesakes_of_one_day_are_not_certain() -> None:
    twin = PersonOnFile("SYN-2", "Landry", "James", born="1987-03-12")
    assert [one.standing for one in rank(SAID, [JAMES, twin])] == ["likely", "likely"]


def test_what_was_misheard_is_told_in_words() -> None:
    heard = first(Sought("Landree", "Jim", "1987-12-03"), JAMES)
    assert heard.standing == "likely"
    assert heard.reasons == (
        "Landry, said Landree: sounds the same",
        "James, said Jim: a short form",
        "born 1987-03-12, said 1987-12-03: day and month swapped",
    )


def test_another_name_that_they_are_known_by_finds_them() -> None:
    known = PersonOnFile(
        "SYN-3", "Guidry", "James", born="1987-03-12", aliases=(AliasOnFile("Landry", "James", "1987-03-12"),)
    )
    found = first(SAID, known)
    assert (found.standing, found.reasons) == ("likely", ("known as James Landry",))


def test_what_contradicts_is_told_and_makes_nobody_certain() -> None:
    car = VehicleOnFile("ABC123", "LA", owner="SYN-9")
    seen = Seen("2029-05-01", car, "Ann Guidry", {"P1": False})
    doubted = first(Sought("Landry", "James", "1987-03-12", "1234"), JAMES, seen=seen)
    assert doubted.standing == "possible"
    assert doubted.against == (
        "their licence is 7700, said 1234",
        "the deputy says that the photo is of somebody else",
        "licence expired 2028-01-01",
        "ABC123 is registered to Ann Guidry",
    )


def test_a_licence_of_somebody_else_leads_to_them_with_the_contradiction() -> None:
    """Who gives another's licence is nobody until somebody has looked."""
    found = rank(Sought("Hebert", "Marie", "1990-04-02", "7700"), [JAMES])
    assert found[0].against == ("7700 is the licence of James Landry", "born 1987-03-12, said 1990-04-02")
    assert found[0].standing != "certain"


def test_a_licence_number_alone_is_enough() -> None:
    assert first(Sought(licence="7700"), JAMES).standing == "certain"
    assert first(Sought(licence="7070"), JAMES).reasons == ("licence 7700, said 7070: two digits swapped",)


def test_another_birth_date_contradicts() -> None:
    (one,) = rank(Sought("Landry", "James", "1987-08-30"), [JAMES])
    assert one.against == ("born 1987-03-12, said 1987-08-30",)


def test_without_a_licence_there_are_other_ways_to_a_person() -> None:
    known = PersonOnFile(
        *("SYN-1", "Landry", "James"),
        address="120 Ryan St",
        former=("9 Pine St",),
        phone="337-555-0101",
        vehicles=(VehicleOnFile("ABC123", "LA"),),
        aliases=(AliasOnFile("Guidry", "Jim"),),
    )
    assert identifiers(known) == (
        *("owner of ABC123 LA", "lives at 120 Ryan St", "lived at 9 Pine St"),
        *("telephone 337-555-0101", "known as Jim Guidry"),
    )
