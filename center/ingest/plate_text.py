"""Plates and states as the events spell them.

Knows: what is left of a plate's text when only what is stamped on it counts, and the states' postal codes and names.
Refuses to know: which letters look alike (matching folds those), and which plates exist.
"""

from __future__ import annotations

from functools import lru_cache

MAX_PLATE_CHARS = 12

_BETWEEN = " -.*'/·"

_CODES = (
    "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,"
    "DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,"
    "KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,"
    "MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,"
    "NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,"
    "SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,"
    "WV West Virginia,WI Wisconsin,WY Wyoming,PR Puerto Rico,GU Guam,VI Virgin Islands,AS American Samoa,"
    "AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NS Nova Scotia,"
    "NT Northwest Territories,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon"
)
STATES = {each[3:].upper(): each[:2] for each in _CODES.split(",")}
"""Postal codes of the states, territories and provinces of the United States and Canada, by name in upper case."""
POSTAL = frozenset(STATES.values())
_UNKNOWN = ("", "XX", "ZZ", "UNK", "UNKNOWN", "NONE", "N/A")


def plate_of(text: str) -> str:
    """Upper case, letters and digits only; empty when nothing of that is there. Raises ValueError when it is too long
    to be a plate, or holds what no plate is written with."""
    plate = text if text.isalnum() else "".join(mark for mark in text if mark not in _BETWEEN)
    if len(plate) > MAX_PLATE_CHARS:
        raise ValueError("too long to be a plate")
    if plate and not plate.isalnum():
        raise ValueError("not a plate")
    return plate.upper()


def state_of(text: str) -> str | None:
    """The two-letter code of a state given by its code or its name; None when the text says that it is unknown. A zero
    in a code is the letter O: no code has a digit. Raises ValueError for anything else."""
    state = text.strip().upper()
    if state in _UNKNOWN:
        return None
    if len(state) == 2 and (code := state.replace("0", "O")).isalpha() and code.isascii():
        return code
    if state not in STATES:
        raise ValueError("not a state")
    return STATES[state]


@lru_cache(maxsize=256)
def state_of_region(region: str, country: str = "") -> str | None:
    """Of `us-la` or `ca-on`, or a bare postal code where the country is not said to be another. None for other
    countries, whose codes mean something else."""
    prefix, _, code = region.upper().rpartition("-")
    return code if code in POSTAL and (prefix or country.upper()) in ("US", "CA", "") else None
