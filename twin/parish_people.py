"""Who works in the center of this parish: demo people of every role, and who of them sits at a console.

Knows: names, roles and shifts, and for which scenario a supervisor must be there.
Refuses to know: what any of them does.
"""

from __future__ import annotations

from twin.scenarios.community import Doorbells
from twin.scenarios.schema import Ask, Scenario
from twin.scenarios.sprees import Spree

OPERATORS = (("ada", "Ada Broussard"), ("ben", "Ben Thibodeaux"), ("cleo", "Cleo Fontenot"), ("dan", "Dan Guidry"))
SHIFTS = {"ada": "06:00-18:00", "ben": "06:00-18:00", "cleo": "18:00-06:00", "dan": "18:00-06:00"}
AUDITOR = "aud"
SUPERVISOR = "sup"
OTHERS = (
    ("sup", "Mae Hebert", "supervisor"),
    (AUDITOR, "Gil Landry", "auditor"),
    ("det", "Rose Arceneaux", "detective"),
    ("dep", "Luc Comeaux", "deputy"),
    ("adm", "Noel Trahan", "administrator"),
    ("tra", "Ida Doucet", "trainer"),
)
REPRESENTATIVE = {"operator": "rep", "name": "Paul Savoie", "role": "representative"}
"""Demo people, one of every role; the last is of the first agency that is not the center's own."""


def operators(count: int) -> list[tuple[str, str]]:
    """Sign-in names and names of the people in the room."""
    more = [(f"operator{number}", f"Operator {number}") for number in range(len(OPERATORS) + 1, count + 1)]
    return [*OPERATORS, *more][: max(count, 2)]


def seated(scenario: Scenario) -> list[str]:
    """Who sits at a console: the people who watch and act, and a supervisor where somebody has to moderate, or to
    decide about patrol boxes. Where nobody acts, that is left to people, too."""
    moderated = any(isinstance(one, Doorbells | Spree) for one in scenario.happens)
    moderated |= scenario.world.crime != "none" or bool(scenario.world.owners)
    taken = scenario.world.patterns is not None and scenario.world.patterns.takes
    supervised = scenario.world.operators > 0 and (moderated or taken)
    return [name for name, _ in operators(scenario.world.operators)] + [SUPERVISOR] * supervised


def cases_of(scenario: Scenario) -> list[str]:
    """Numbers that people give in this scenario: of cases that go on, whoever's they are."""
    return sorted({one.case for one in scenario.happens if isinstance(one, Ask) and one.case})
