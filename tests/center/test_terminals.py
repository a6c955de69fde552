"""What a deputy's terminal is told, as docs/feeds/terminal.md writes it down and another vendor's terminal reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from center.core.effects import Send
from center.core.events import Micros
from center.terminals import TerminalMessenger, to_bytes
from twin.devices import terminal

HIT = Send(
    id="m12.4",
    unit="SO-1",
    terminal="mdt-1",
    level=1,
    sent=Micros(1_774_267_196_000_999),
    kind="hotlist-hit",
    headline="Stolen: ABC123 (LA) at I-10 at exit 30",
    plate="ABC123 LA",
    vehicle="BLU FORD F150",
    lat=30.2266,
    lon=-93.2174,
    note="felony stop, two units",
    verified_by="ada",
)
WORDS = Send(id="m13.1", unit="SO-1", terminal="mdt-1", level=0, sent=Micros(0), kind="text", headline="call in")
MANUAL = Path(__file__).parents[2] / "docs" / "feeds" / "terminal.md"


def said(effect: Send) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(to_bytes(effect))
    return read


def test_a_hit_carries_everything_a_deputy_needs() -> None:
    """Milliseconds, and the id under which it is acknowledged. The unit is not in it: the topic is whose it is."""
    assert said(HIT) == {
        "v": 1,
        "id": "m12.4",
        "level": 1,
        "sent": 1_774_267_196_000,
        "kind": "hotlist-hit",
        "headline": "Stolen: ABC123 (LA) at I-10 at exit 30",
        "plate": "ABC123 LA",
        "vehicle": "BLU FORD F150",
        "lat": 30.2266,
        "lon": -93.2174,
        "note": "felony stop, two units",
        "verified_by": "ada",
    }


def test_what_is_unknown_is_left_out_and_what_must_be_there_is_there() -> None:
    """A zero is not nothing: level 0 and a time of 0 are said."""
    assert said(WORDS) == {"v": 1, "id": "m13.1", "level": 0, "sent": 0, "kind": "text", "headline": "call in"}


def test_every_field_that_is_sent_is_in_the_manual() -> None:
    manual = MANUAL.read_text().partition("## To the terminal")[2]
    for field in said(HIT):
        assert re.search(rf"`{field}`", manual), field


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    headline=words,
    note=st.none() | words,
    plate=st.none() | words,
    lat=st.none() | st.floats(-90, 90),
    level=st.integers(0, 9),
    sent=st.integers(0, 2**52),
)
def test_another_vendors_terminal_reads_what_was_meant(sent: int, **fields: Any) -> None:
    """Any words and numbers: the twin's terminal, which shares no code with this, reads the same."""
    effect = structs.replace(HIT, sent=Micros(sent), **fields)
    message = terminal.decode(to_bytes(effect))
    assert message is not None
    assert (message.id, message.level, message.headline) == (effect.id, effect.level, effect.headline)
    assert (message.note, message.plate, message.sent) == (effect.note, effect.plate, sent // 1000)
    assert message.lat == effect.lat


def test_a_message_goes_to_its_terminals_topic() -> None:
    """The terminal's name, not the unit's. A repeat is the same bytes under the same id."""
    published: list[tuple[str, bytes]] = []
    messenger = TerminalMessenger(lambda topic, payload: published.append((topic, payload)), "parish/terminals")
    messenger.send(HIT)
    messenger.send(HIT)
    messenger.withdraw(HIT.id)
    assert published == [("parish/terminals/mdt-1/in", to_bytes(HIT))] * 2
