"""Addresses as a site file writes them.

Knows: `host:port`, and what is wrong with one that is not.
Refuses to know: who listens there.
"""

from __future__ import annotations

from collections.abc import Iterator


def wrong_address(where: str, text: str) -> Iterator[str]:
    """Nothing, or one sentence that begins with the place."""
    try:
        split_address(text)
    except ValueError as error:
        yield f"{where}: {error}"


def split_address(text: str) -> tuple[str, int]:
    """`host:port` in two; IPv6 hosts in brackets. Raises ValueError that shows the text."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # ":5001" means every interface, as everywhere
