"""Trying again: ever more patiently, not all at once, and without repeating what operators know."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from typing import NoReturn

import pytest

from center.links.retry import Retry, sentence


class EnoughError(Exception):
    """The story is over."""


def waits_and_troubles(
    whys: list[str],
    steady_s: float,
    up: Callable[[int], bool] = lambda attempt: False,  # noqa: ARG005
) -> tuple[list[float], list[str]]:
    """How long was waited and what was told, when attempts end with these sentences. `up` says whether the attempt of
    that number had its connection."""
    waits: list[float] = []
    troubles: list[str] = []

    async def sleep(span_s: float) -> None:
        waits.append(span_s)

    async def story() -> NoReturn:
        retry = Retry(1.0, 8.0, steady_s, sleep)
        attempts = iter(enumerate(whys))

        async def attempt() -> str:
            try:
                number, why = next(attempts)
            except StopIteration:
                raise EnoughError from None
            if up(number):
                retry.succeeded()
            if why == "refused":
                raise ConnectionRefusedError(errno.ECONNREFUSED, "in words of the event loop's own")
            return why

        await retry.forever(attempt, troubles.append)

    with pytest.raises(EnoughError):
        asyncio.run(story())
    return waits, troubles


def test_waits_double_up_to_the_bound_and_are_drawn_apart() -> None:
    """Each wait lies between half of 1, 2, 4, 8, 8 … seconds and all of it, and two links draw different ones."""
    waits, troubles = waits_and_troubles(["refused"] * 7, steady_s=0.0)
    for wait, span_s in zip(waits, [1, 2, 4, 8, 8, 8, 8], strict=True):
        assert span_s / 2 <= wait <= span_s
    assert waits != waits_and_troubles(["refused"] * 7, steady_s=0.0)[0]
    assert troubles == ["Connection refused"]


def test_a_connection_that_stood_makes_patience_new() -> None:
    """After a steady connection the first wait is short again, and the same mishap is news again."""
    waits, troubles = waits_and_troubles(["refused", "refused", "closed", "closed"], 0.0, lambda attempt: attempt >= 2)
    assert [wait <= 1 for wait in waits[2:]] == [True, True]
    assert troubles == ["Connection refused", "closed", "closed"]


def test_a_connection_that_does_not_stand_makes_nobody_impatient() -> None:
    """Two clients that throw each other out under one name get slower, and are told about once."""
    waits, troubles = waits_and_troubles(["thrown out"] * 6, 1000.0, lambda attempt: True)  # noqa: ARG005
    assert waits[-1] >= 4
    assert troubles == ["thrown out"]


def test_what_changes_is_told() -> None:
    """A different mishap is told, and the first one again when it returns."""
    assert waits_and_troubles(["refused", "a", "a", "refused"], 0.0)[1] == [
        "Connection refused",
        "a",
        "Connection refused",
    ]


WRONG_VERSION = "[SSL: WRONG_VERSION_NUMBER] wrong version number"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)"), "Connection refused"),
        (TimeoutError("no answer within 10 s"), "no answer within 10 s"),
        (TimeoutError(), "TimeoutError"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (ssl.SSLError(1, WRONG_VERSION), WRONG_VERSION),
        (OSError("Multiple exceptions: one, two"), "Multiple exceptions: one, two"),
    ],
)
def test_errors_read_alike_whoever_raised_them(error: OSError, words: str) -> None:
    """The system's words for its own errors, so that two event loops say the same; others' own words."""
    assert sentence(error) == words
