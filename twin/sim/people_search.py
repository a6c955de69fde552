"""The state's search for near names: Soundex and a birth date more or less, and no more sense than that.

Knows: Soundex as the census office had it (1918), and who of the residents, or which of their other names, is near.
Refuses to know: who of those is meant: whoever asks must find that out.

A switch finds too much rather than too little: everybody whose family name sounds alike and who was born within a year
of the date, or on that day of another year near it; and whoever was born on the very day with a first name that sounds
like either name, for family names change and forms are filled in the wrong way round. Whose first name sounds alike
comes first. Without a date, the first name's letter must agree.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from twin.sim.people import Match, People
from twin.sim.people_census import CENSUS_DAY
from twin.sim.people_names import FAMILIES, FEMALE, MALE, folded

DAYS, YEARS = 366, 10
GIVEN = (*MALE.names, *FEMALE.names)
_CODES = {
    letter: str(code)
    for code, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1)
    for letter in letters
}


def soundex(name: str) -> str:
    """Four marks: the first letter, then the sounds of what follows; H and W part nothing, vowels do."""
    letters = folded(name)
    if not letters:
        return ""
    marks, last = letters[0], _CODES.get(letters[0], "")
    for letter in letters[1:]:
        code = _CODES.get(letter, "")
        if code and code != last:
            marks += code
        if letter not in "HW":
            last = code
    return (marks + "000")[:4]


class Switch:
    """Searches among `people`. The indices are made when somebody first asks."""

    def __init__(self, people: People) -> None:
        self._people = people

    def near(self, last: str, first: str, born: date | None) -> list[Match]:
        """Whom the switch finds, each once, by their own name before another. Who is called alike comes first, then
        who was born nearest the date, then the order of the census."""
        found = {person: Match(person, None) for person in self._by_own(last, first, born).tolist()}
        for match in self._by_alias(last, first, born):
            found.setdefault(match.person, match)
        day = 0 if born is None else (born - CENSUS_DAY).days
        apart = {person: abs(int(self._people.census.born[person]) - day) if born else 0 for person in found}
        heard = self._firsts == soundex(first)
        other = {person: not heard[self._given[person]] for person in found}
        return [found[person] for person in sorted(found, key=lambda person: (other[person], apart[person], person))]

    def _by_own(self, last: str, first: str, born: date | None) -> NDArray[np.intp]:
        census = self._people.census
        families = np.isin(self._families, [soundex(part) for part in _parts(last)])[census.family]
        if born is None:
            letter = folded(first)[:1]
            starts = np.array([not letter or folded(name)[:1] == letter for name in GIVEN])
            return np.flatnonzero(families & starts[self._given])
        firsts = np.isin(self._firsts, [soundex(first), soundex(last)])[self._given]
        day = (born - CENSUS_DAY).days
        near = np.abs(census.born - day) <= DAYS
        for years in range(-YEARS, YEARS + 1):
            near |= census.born == (_in_year(born, born.year + years) - CENSUS_DAY).days
        return np.flatnonzero((families & near) | (firsts & (census.born == day)))

    def _by_alias(self, last: str, first: str, born: date | None) -> Iterator[Match]:
        codes = {soundex(part) for part in _parts(last)}
        for code in sorted(codes):
            for match in self._aliases.get(code, ()):
                assert match.alias is not None
                if born is None:
                    if folded(match.alias.first)[:1] == folded(first)[:1]:
                        yield match
                elif abs(match.alias.born - born) <= timedelta(days=DAYS):
                    yield match

    @functools.cached_property
    def _aliases(self) -> dict[str, list[Match]]:
        found: dict[str, list[Match]] = {}
        for alias in self._people.every_alias():
            found.setdefault(soundex(alias.last), []).append(Match(alias.person, alias))
        return found

    @functools.cached_property
    def _families(self) -> NDArray[np.str_]:
        return np.array([soundex(name) for name in FAMILIES.names])

    @functools.cached_property
    def _firsts(self) -> NDArray[np.str_]:
        return np.array([soundex(name) for name in GIVEN])

    @functools.cached_property
    def _given(self) -> NDArray[np.intp]:
        """Everybody's first name, as a row of `GIVEN`."""
        census = self._people.census
        return census.first.astype(np.intp) + np.where(census.woman, len(MALE.names), 0)


def _parts(last: str) -> list[str]:
    """A double name is looked for as a whole and by each of its names."""
    return list(dict.fromkeys([last, *last.replace("-", " ").split()]))


def _in_year(born: date, year: int) -> date:
    return born.replace(year=year, day=min(born.day, 28) if born.month == 2 else born.day)
