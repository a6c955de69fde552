"""Real servers for tests and benchmarks, on free ports of this machine's loopback.

Knows: how to start, kill and stop brokers, each by its own process.
Refuses to know: what is tested with them. Nothing here touches a server that it did not start.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Protocol

import pytest

from tests.patience import PATIENCE_S
from twin import center_process
from twin.broker import Broker

LOOPBACK = "127.0.0.1"
_STOP_S = 5.0


class Server(Protocol):
    """A server that can be killed like by a power cut and started again at the same place."""

    port: int

    def start(self) -> None:
        """Returns when it accepts connections; OSError when the port is taken."""
        ...

    def kill(self) -> None:
        """SIGKILL; returns when the process is gone."""
        ...

    def stop(self) -> None:
        """Politely; returns when the process is gone. Twice is no harm."""
        ...


def free_port() -> int:
    """A port nobody listens on, by TCP or UDP; still free when a killed server wants it back."""
    return center_process.free_port(set())


@contextmanager
def embedded_broker(
    *, payload_bytes: int = 1 << 20, log_bytes: int = 128 << 20, users: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """The twin's own (twin/broker.py). Whoever may not sign in is simply disconnected."""
    with (
        tempfile.TemporaryDirectory(prefix="broker-") as folder,
        _running(lambda: _embedded(Path(folder), payload_bytes, log_bytes, users or {})) as server,
    ):
        yield server


def missing(what: str) -> NoReturn:
    """Skips the test, or fails it where services are required."""
    if os.environ.get("RTCC_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what}, and RTCC_REQUIRE_SERVICES=1")
    pytest.skip(f"skipped: {what}")


@contextmanager
def mosquitto(
    *, persistent: bool = False, users: Mapping[str, str] | None = None, config: str = ""
) -> Iterator[Server]:
    """Mosquitto; skips the test where there is none, unless services are required. `persistent`: its state
    survives a stop, and a kill but for the last second. `config`: further lines of mosquitto.conf."""
    program = mosquitto_path()
    if program is None:
        missing("no mosquitto")
    with (
        tempfile.TemporaryDirectory(prefix="mosquitto-") as folder,
        _running(lambda: _Mosquitto(program, Path(folder), persistent, users or {}, config)) as server,
    ):
        yield server


@contextmanager
def foreign_provider(people: Sequence[Mapping[str, object]], *, token_s: int = 300) -> Iterator[Server]:
    """An OpenID provider that others wrote (oidc-provider-mock, on Authlib), which knows `people` by their claims.
    `token_s` after it was made, or before, a token of its ends."""
    if importlib.util.find_spec("oidc_provider_mock") is None:
        missing("no oidc-provider-mock")
    program = [sys.executable, "-m", "oidc_provider_mock", "--require-nonce", f"--token-max-age={token_s}"]
    program += [f"--user-claims={json.dumps(person)}" for person in people]
    with tempfile.TemporaryDirectory(prefix="provider-") as folder:

        def at_any_port() -> Server:
            port = free_port()
            return _Program([*program, f"--port={port}"], port, Path(folder) / f"{port}.log")

        with _running(at_any_port) as server:
            yield server


def mosquitto_path() -> str | None:
    """Where Mosquitto is, if anywhere; Debian keeps it off the users' path."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def _running(make: Callable[[], Server]) -> Iterator[Server]:
    """Another port is tried where somebody else has just taken the one that was free."""
    for attempts_left in reversed(range(5)):
        server = make()
        try:
            server.start()
            break
        except OSError:
            server.stop()
            if not attempts_left:
                raise
    try:
        yield server
    finally:
        server.stop()


def _embedded(folder: Path, payload_bytes: int, log_bytes: int, users: Mapping[str, str]) -> Server:
    return Broker(folder, free_port(), payload_bytes=payload_bytes, log_bytes=log_bytes, users=users)


class _Program:
    """A process that listens on `port`, and what it writes."""

    def __init__(self, command: Sequence[str], port: int, log: Path) -> None:
        self.port = port
        self._command = command
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while self._process.poll() is not None or not _accepts(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise OSError(f"{self._command[0]} did not start: {self._log.read_text()[-500:]}")
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()


class _Mosquitto(_Program):
    def __init__(self, program: str, folder: Path, persistent: bool, users: Mapping[str, str], config: str) -> None:
        port = free_port()
        file = folder / f"{port}.conf"
        super().__init__([program, "-c", str(file)], port, folder / f"{port}.log")
        lines = [f"listener {port} {LOOPBACK}", "max_queued_messages 1000000"]
        if os.geteuid() == 0:
            lines.append("user root")  # else it drops to a user who may not write here
        if users:
            passwords = folder / "passwords"
            passwords.touch(mode=0o600)
            for user, password in users.items():
                command = ["mosquitto_passwd", "-b", str(passwords), user, password]
                subprocess.run(command, check=True, capture_output=True)
            lines.append(f"password_file {passwords}")
        else:
            lines.append("allow_anonymous true")
        if persistent:
            lines += ["persistence true", f"persistence_location {folder}/", "autosave_on_changes true"]
            lines.append("autosave_interval 1")
        file.write_text("\n".join([*lines, config, ""]))


def _accepts(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((LOOPBACK, port)) == 0
