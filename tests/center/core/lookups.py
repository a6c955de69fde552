"""What may be looked up, and anything that may come of it.

Knows: how questions and answers of the records and of open sources are drawn.
Refuses to know: what should follow from them.
"""

from __future__ import annotations

from hypothesis import strategies as st

from center.core.open_facts import Post
from center.core.record_facts import PersonOnFile, VehicleOnFile, WarrantOnFile
from tests.center.core.facts import T0

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
letters = st.sampled_from(("ABC123", "A8C123", "ABO123", "AB0123", "XYZ9", "", "ÄÖ"))
called_so = st.sampled_from(("", "Landry", "Landri", "Guidry"))
said_of_drivers = {
    "plate": st.sampled_from((None, "ABC123", "XYZ9")),
    "last": st.one_of(st.none(), called_so),
    "first": st.one_of(st.none(), called_so),
    "born": st.sampled_from((None, "1987-03-12", "1987-12-03", "?")),
    "licence": st.sampled_from((None, "", "7700")),
    "without": st.one_of(st.none(), st.booleans()),
    "photo": st.sampled_from((None, "P1", "P2")),
    "is_driver": st.one_of(st.none(), st.booleans()),
}
cars = st.lists(
    st.builds(VehicleOnFile, plate=letters, listed=st.just(("stolen",)), owner=st.sampled_from(("1", "2"))), max_size=2
).map(tuple)
found = st.lists(
    st.builds(
        PersonOnFile,
        person=st.sampled_from(("1", "2", "3")),
        last=called_so,
        first=called_so,
        born=st.sampled_from(("", "1987-03-12")),
        photo=st.sampled_from(("", "P1")),
        warrants=st.sampled_from(((), (WarrantOnFile("W1", "theft"),))),
    ),
    max_size=3,
).map(tuple)


said_in_search = {"last": called_so, "plate": letters, "licence": called_so, "words": words}
posts = st.lists(st.builds(Post, post=words, account=words, at=st.just(T0), text=words), max_size=2).map(tuple)
