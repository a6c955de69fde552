"""Every test of a link runs on both event loops, and must leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvloop

from tests.center.links.basin import PATIENCE_S

Play = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=["uvloop", "asyncio"])
def play(request: pytest.FixtureRequest) -> Play:
    """Runs a coroutine; then no task, socket or thread may be left that was not there before."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run(story: Coroutine[Any, Any, None]) -> None:
        files, threads = open_files(), set(threading.enumerate())
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(_alone(story))
        _becomes(lambda: open_files() <= files, lambda: f"left open: {open_files() - files}")
        _becomes(lambda: set(threading.enumerate()) <= threads, lambda: f"threads left: {threading.enumerate()}")

    return run


class Certificate(NamedTuple):
    """For `localhost`, signed by itself."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", str(made.key), "-out", str(made.certificate)),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("skipped: no openssl to make a certificate with")
    return made


async def _alone(story: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(3 * PATIENCE_S):
        await story
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks left: {left}"


def open_files() -> set[tuple[str, str]]:
    """By number and what it is. Not pipes: libuv keeps one for signals, and a broker started again has a new one."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
        except FileNotFoundError:  # the listing's own
            continue
    return {(number, what) for number, what in found if not what.startswith("pipe:")}


def _becomes(condition: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """A thread that was told to go needs a moment to be gone."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.002)
