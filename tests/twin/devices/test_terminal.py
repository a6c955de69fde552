"""The terminal's messages, both ways."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.devices import terminal

SAID = {
    "v": 1, "id": "n-17-0", "level": 1, "sent": 1_772_323_200_000, "kind": "hotlist-hit", "headline": "STOLEN 123ABC",
    "plate": "123ABC", "vehicle": "white Ford F-150", "lat": 30.2, "lon": -93.2, "note": "armed", "verified_by": "op1",
    "expires": 1_772_323_800_000,
}  # fmt: skip


def test_a_message_is_understood_field_by_field() -> None:
    """What the center says arrives whole; fields a later version adds do not matter."""
    message = terminal.decode(json.dumps(SAID | {"colour": "red"}).encode())
    assert message is not None
    for name, value in SAID.items():
        assert getattr(message, name) == value


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_nothing_from_the_wire_can_raise(data: bytes) -> None:
    """Bytes that are no message of this version are no message."""
    assert terminal.decode(data) is None


@pytest.mark.parametrize(
    "data", [b'{"v":1,"id":"\xff"}', b'{"v":1,"id":"\\ud800"}', b'{"v":1,"id":"x","lat":1e999}', b'{"v":1,"id":7}']
)
def test_a_message_with_an_impossible_field_is_none(data: bytes) -> None:
    """Text that is no UTF-8, half a surrogate pair, a number out of range, an id that is no text."""
    assert terminal.decode(data) is None


def test_another_version_and_a_nameless_message_are_not_shown() -> None:
    """A terminal shows only what it can acknowledge."""
    assert terminal.decode(b'{"v":2,"id":"x"}') is None
    assert terminal.decode(b'{"v":1,"id":""}') is None
    assert terminal.decode(b'{"v":1,"id":"x"}' + b" " * terminal.LIMIT_BYTES) is None


def test_a_terminal_says_four_things() -> None:
    """Acknowledgement with its moment in milliseconds, status, emergency, hello."""
    assert json.loads(terminal.ack("n-1", 1_772_323_261_999_999)) == {"v": 1, "ack": "n-1", "at": 1_772_323_261_999}
    assert json.loads(terminal.status("enroute")) == {"v": 1, "status": "enroute"}
    assert json.loads(terminal.emergency()) == {"v": 1, "emergency": True}
    assert json.loads(terminal.hello("MDT-7")) == {"v": 1, "hello": "MDT-7"}
