"""Addresses as a site file writes them.

Knows: `host:port`, a broker's `mqtt://` or `mqtts://` before one, and what is wrong with one that is none.
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


def split_broker(text: str) -> tuple[bool, str]:
    """Whether a broker is to be reached by TLS (`mqtts://host:port`), and its `host:port`."""
    scheme, mark, place = text.rpartition("://")
    return scheme == "mqtts", place if scheme in ("mqtt", "mqtts") and mark else text


def wrong_broker(where: str, text: str, *files: str | None) -> Iterator[str]:
    """The same for a broker's address. `files`: what is shown or believed there, which only TLS does."""
    secure, place = split_broker(text)
    yield from wrong_address(where, place)
    if not secure and any(files):
        yield f"{where}: certificates are for mqtts://, and {text!r} is not"
