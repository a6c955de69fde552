"""Tips of the public, as facts that a sequence may be drawn from.

Knows: what a tip line could hand over. Refuses to know: how a sequence is drawn (see sequences).
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from center.core.events import Event, Micros
from center.core.tip_facts import TipReceived
from tests.center.core.facts import T0

Values = st.SearchStrategy[Any]


def tips(lats: Values, lons: Values, letters: Values) -> st.SearchStrategy[Event]:
    words, numbers = st.text(max_size=8), st.none() | st.integers(-(2**63), 2**63 - 1)
    return st.builds(
        TipReceived,
        at=st.just(T0),
        source=st.just("test"),
        seen=numbers.map(lambda at: None if at is None else Micros(at)),
        tip=st.sampled_from(("T-1", "T-2", "T-3")),
        line=st.sampled_from(("tips", "")),
        offence=st.sampled_from((None, "Burglary", "crash", "")),
        text=st.none() | words,
        lat=st.none() | lats,
        lon=st.none() | lons,
        off_m=st.none() | st.floats(),
        begins=numbers,
        ends=numbers,
        plate=st.none() | letters,
        withheld=st.integers(0, 3),
    )
