"""The table of formats."""

from __future__ import annotations

import pytest

from center.ingest import FORMATS, open_feed
from center.ingest.feed import Origin


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_opens_and_keeps_the_contract(name: str) -> None:
    """A fresh decoder says nothing, wants nothing said, has no pictures, and finds nothing in nothing."""
    feed = open_feed(name, Origin("x", "terminals/u/out", whole=True), {})
    assert list(feed.receive(b"", 1)) == [] or name == "hotlist"  # type: ignore[arg-type]
    assert list(feed.attachments()) == []
    assert feed.to_send() == b""
    assert list(feed.finish(2)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FORMATS)
def test_an_unknown_option_is_refused_at_once(name: str) -> None:
    """By the decoder, naming it, before a byte has come."""
    with pytest.raises(ValueError, match=r"zzz|option"):
        open_feed(name, Origin("x"), {"zzz": "1"})


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_described(name: str) -> None:
    """For `center decode --list`: what it is, and what it was written from."""
    assert FORMATS[name].about
    assert FORMATS[name].standard


@pytest.mark.parametrize("name", ["", "NMEA", "sbs1", "../sbs"])
def test_an_unknown_format_is_refused_with_the_names_of_all(name: str) -> None:
    """So that a typing mistake in a site file is mended at a glance."""
    with pytest.raises(ValueError, match=f"the formats are {', '.join(sorted(FORMATS))}$"):
        open_feed(name, Origin("x"), {})
