"""How a name or a birth date that is spoken at a car door is taken down wrong.

Knows: the kinds of slip, and what each makes of a name or a date.
Refuses to know: who speaks, and what anybody finds by it.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Literal, TypeAlias, get_args

from twin.sim.people_names import FAMILIES, NICKNAMES, misspelt

Slip: TypeAlias = Literal[
    "sound", "letters", "nickname", "double-name", "names-swapped", "day-month", "digits", "year", "first-only"
]
SLIPS: tuple[Slip, ...] = get_args(Slip)
_SOUNDS = (
    *(
        ("eaux", "o"),
        ("eau", "o"),
        ("oux", "oo"),
        ("ph", "f"),
        ("ck", "k"),
        ("ie", "ee"),
        ("ry", "ree"),
        ("ier", "ear"),
    ),
    *(
        ("oi", "wa"),
        ("qu", "k"),
        ("y", "i"),
        ("ll", "l"),
        ("tt", "t"),
        ("th", "t"),
        ("z", "s"),
        ("c", "k"),
        ("ai", "ay"),
    ),
)


def misheard(last: str, first: str, born: str, slip: Slip, dice: Random) -> tuple[str, str, str]:
    """Last name, first name and birth date as they are typed. Where nothing can slip so, a letter goes wrong."""
    day = date.fromisoformat(born)
    if slip == "sound":
        return _as_heard(last, dice), first, born
    if slip == "nickname" and first in NICKNAMES:
        return last, NICKNAMES[first], born
    if slip == "double-name":
        return f"{dice.choice(FAMILIES.names[:200])}-{last}", first, born
    if slip == "names-swapped":
        return first, last, born
    if slip == "day-month" and day.day <= 12 and day.day != day.month:
        return last, first, date(day.year, day.day, day.month).isoformat()
    if slip == "digits":
        return last, first, _digits_swapped(day, dice).isoformat()
    if slip == "year":
        return last, first, day.replace(year=day.year + dice.choice((-1, 1)), day=min(day.day, 28)).isoformat()
    if slip == "first-only":
        return last, misspelt(first, dice), born
    return misspelt(last, dice), first, born


def _as_heard(name: str, dice: Random) -> str:
    """Spelt as it sounds; where it sounds as it is spelt, a letter is doubled."""
    low = name.lower()
    fits = [(letters, said) for letters, said in _SOUNDS if letters in low[1:]]
    if not fits:
        return misspelt(name, dice)
    letters, said = dice.choice(fits)
    at = low.index(letters, 1)
    return (low[:at] + said + low[at + len(letters) :]).capitalize()


def _digits_swapped(day: date, dice: Random) -> date:
    """Two neighbouring digits changed places, where that is still a date."""
    text = day.strftime("%Y%m%d")
    found = []
    for at in range(2, 7):
        swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        try:
            other = date(int(swapped[:4]), int(swapped[4:6]), int(swapped[6:]))
        except ValueError:
            continue
        if other != day and abs(other.year - day.year) < 40:
            found.append(other)
    return dice.choice(found) if found else day.replace(day=day.day % 28 + 1)
