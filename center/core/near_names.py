"""Whether two names, or two birth dates, may be one.

Knows: how a name is misheard and mistyped: letters, sounds, nicknames, double names; and how a date is.
Refuses to know: persons, and what follows for any of them.

Likeness is from 0 to 1, the same both ways, and 1 for what is the same; beside it stands what differs, in words.
Only arithmetic, so every machine finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from center.core import days

MAX_CHARS = 60
_NICKNAMES = """
ALEXANDER:ALEX,SANDY ALEXANDRA:ALEX,SANDY ANDREW:ANDY,DREW ANTHONY:TONY BENJAMIN:BEN BRADLEY:BRAD
CHARLES:CHUCK,CHARLIE CHRISTOPHER:CHRIS,KIT DANIEL:DAN,DANNY DAVID:DAVE DONALD:DON EDWARD:ED,EDDIE,TED
FRANCIS:FRANK FREDERICK:FRED GERALD:JERRY GREGORY:GREG HENRY:HANK JACOB:JAKE JAMES:JIM,JIMMY JEFFREY:JEFF
JOHN:JACK,JOHNNY JONATHAN:JON JOSEPH:JOE,JOEY JOSHUA:JOSH KENNETH:KEN,KENNY LAWRENCE:LARRY LEONARD:LEN
MATTHEW:MATT MICHAEL:MIKE,MICKEY NATHAN:NATE NATHANIEL:NATE NICHOLAS:NICK PATRICK:PAT PETER:PETE PHILIP:PHIL
RAYMOND:RAY RICHARD:RICK,DICK,RICH ROBERT:BOB,BOBBY,ROB RONALD:RON SAMUEL:SAM STEPHEN:STEVE STEVEN:STEVE
THEODORE:TED,THEO THOMAS:TOM,TOMMY TIMOTHY:TIM WALTER:WALT WILLIAM:BILL,BILLY,WILL ZACHARY:ZACH
ABIGAIL:ABBY AMANDA:MANDY BARBARA:BARB CATHERINE:CATHY,KATE CHRISTINA:TINA,CHRIS CHRISTINE:CHRIS,TINA CYNTHIA:CINDY
DEBORAH:DEBBIE DOROTHY:DOT,DOTTIE ELIZABETH:BETH,LIZ,BETTY JACQUELINE:JACKIE JENNIFER:JEN,JENNY JESSICA:JESS
JUDITH:JUDY KATHERINE:KATE,KATHY KATHLEEN:KATHY KIMBERLY:KIM MARGARET:PEGGY,MAGGIE MELISSA:MISSY PAMELA:PAM
PATRICIA:PATTY,PAT,TRISH REBECCA:BECKY SAMANTHA:SAM SANDRA:SANDY STEPHANIE:STEPH SUSAN:SUE THERESA:TERRI,TESS
VICTORIA:VICKY
"""
_SHORT = {
    frozenset((full, short))
    for full, _, shorts in (pair.partition(":") for pair in _NICKNAMES.split())
    for short in shorts.split(",")
}
_STARTS = (("KN", "N"), ("GN", "N"), ("PN", "N"), ("WR", "R"))
_ENDS = (("EAUX", "O"), ("EAU", "O"), ("AUX", "O"), ("AU", "O"), ("OT", "O"), ("OE", "O"))
_INSIDE = (
    *(("EAUX", "O"), ("EAU", "O"), ("PH", "F"), ("SCH", "S"), ("SH", "S"), ("CH", "S"), ("TH", "T"), ("DGE", "J")),
    *(("DG", "J"), ("GE", "JE"), ("GI", "JI"), ("GY", "JY"), ("CE", "SE"), ("CI", "SI"), ("CY", "SY"), ("CK", "K")),
    *(("QU", "K"), ("C", "K"), ("Q", "K"), ("X", "KS"), ("Z", "S"), ("W", ""), ("Y", "I")),
)
"""What sounds like what, in this order: at the start, at the end, anywhere."""
_ACCENTS = str.maketrans(
    dict(zip("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ", "AAAAAACEEEEIIIINOOOOOOUUUUY", strict=True))
    | {"Œ": "OE", "Æ": "AE", "ß": "SS"}
)

SAME, SHORT, DOUBLE, SWAPPED = 1.0, 0.94, 0.93, 0.93
NEAR, NEAR_WORTH, UNLIKE = 0.84, 0.9, 0.3
"""From which Jaro-Winkler likeness on two names are near, and what that is worth; and what it is below."""
ONE_DATE = 0.8
"""From which likeness on two birth dates may be one."""


class Likeness(NamedTuple):
    """`differs` is empty where nothing does."""

    score: float
    differs: str = ""


def folded(name: str) -> str:
    """Letters only, without accents, upper case."""
    return "".join(letter for letter in name[:MAX_CHARS].upper().translate(_ACCENTS) if "A" <= letter <= "Z")


def sound(name: str) -> str:
    """How a folded name sounds on the Gulf coast, roughly: Thibodeaux and Tibodo are one."""
    for start, said in _STARTS:
        if name.startswith(start):
            name = said + name[len(start) :]
    for end, said in _ENDS:
        if name.endswith(end):
            name = name[: -len(end)] + said
            break
    for letters, said in _INSIDE:
        name = name.replace(letters, said)
    heard = name[:1]
    for letter in name[1:]:
        if letter not in "AEIOUH" and letter != heard[-1:]:
            heard += letter
    return heard


def alike(one: str, other: str) -> Likeness:
    """Two given names, or two family names."""
    a, b = sorted((folded(one), folded(other)))
    if a == b:
        return Likeness(SAME if a else 0.0)
    if not a:
        return Likeness(0.0, "one is missing")
    if frozenset((a, b)) in _SHORT:
        return Likeness(SHORT, "a short form")
    shared = _parts(one) & _parts(other)
    if shared and len(_parts(one) | _parts(other)) > 1:
        return Likeness(DOUBLE, "part of a double name")
    if _is_swap(a, b):
        return Likeness(SWAPPED, "two letters swapped")
    if sound(a) == sound(b) and (len(sound(a)) > 1 or a[0] == b[0]):
        return Likeness(0.5 + 0.45 * jaro_winkler(a, b), "sounds the same")
    near = jaro_winkler(a, b)
    if near >= NEAR:
        return Likeness(near * NEAR_WORTH, "spelt nearly the same")
    return Likeness(near * UNLIKE, "another name")


def jaro_winkler(a: str, b: str) -> float:
    """From 0 to 1; the order of the two makes no difference."""
    a, b = sorted((a, b))
    if not a or not b:
        return float(a == b)
    reach = max(len(a), len(b)) // 2 - 1
    taken = [False] * len(b)
    ours: list[str] = []
    for at, letter in enumerate(a):
        for place in range(max(0, at - reach), min(len(b), at + reach + 1)):
            if not taken[place] and b[place] == letter:
                taken[place] = True
                ours.append(letter)
                break
    if not ours:
        return 0.0
    theirs = [letter for letter, is_taken in zip(b, taken, strict=True) if is_taken]
    turned = sum(x != y for x, y in zip(ours, theirs, strict=True)) / 2
    many = len(ours)
    jaro = (many / len(a) + many / len(b) + (many - turned) / many) / 3
    start = next((at for at, (x, y) in enumerate(zip(a[:4], b[:4], strict=False)) if x != y), min(4, len(a), len(b)))
    return jaro + start * 0.1 * (1 - jaro)


def born_alike(one: str, other: str) -> Likeness:
    """Two birth dates, YYYY-MM-DD."""
    if one == other:
        return Likeness(SAME)
    a, b = days.parsed(one), days.parsed(other)
    if a is None or b is None:
        return Likeness(0.0, "one is no date")
    if (a.year, a.month, a.day) == (b.year, b.day, b.month):
        return Likeness(0.93, "day and month swapped")
    if _is_swap(a.digits, b.digits):
        return Likeness(0.92, "two digits swapped")
    if sum(x != y for x, y in zip(a.digits, b.digits, strict=True)) == 1:
        return Likeness(0.88, "one digit differs")
    if (a.month, a.day) == (b.month, b.day) and abs(a.year - b.year) <= 2:
        return Likeness(0.85, "the year is a little off")
    if (a.year, a.month) == (b.year, b.month):
        return Likeness(0.6, "another day of the month")
    if abs(a.place - b.place) <= days.YEAR:
        return Likeness(0.4, "another date within a year")
    return Likeness(0.1, "another date")


def numbers_alike(one: str, other: str) -> Likeness:
    """Two licence numbers."""
    a, b = _plain(one), _plain(other)
    if a == b:
        return Likeness(SAME if a else 0.0)
    if _is_swap(a, b):
        return Likeness(SWAPPED, "two digits swapped")
    if len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1:
        return Likeness(0.9, "one digit differs")
    return Likeness(0.0, "another number")


def _parts(name: str) -> set[str]:
    return {part for part in map(folded, name[:MAX_CHARS].replace("-", " ").split()) if len(part) > 1}


def _is_swap(a: str, b: str) -> bool:
    """Whether two neighbours have changed places."""
    if len(a) != len(b):
        return False
    differing = [at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return a[first] == b[second] and a[second] == b[first]


def _plain(number: str) -> str:
    return "".join(_plain_marks(number))


def _plain_marks(number: str) -> Iterator[str]:
    return (mark for mark in number[:MAX_CHARS].upper() if mark.isascii() and mark.isalnum())
