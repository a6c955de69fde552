"""What TAK clients say, put on record without a center."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from center.listening import record
from center.site import from_tables
from tests.center.cot.test_cot_on_wire import hello
from tests.running import becomes, tables
from tests.servers import LOOPBACK, free_port
from twin.recording import Recording


class EnoughError(Exception):
    """What was to be recorded has been."""


def test_what_clients_say_at_the_port_is_recorded_like_any_feed(tmp_path: Path) -> None:
    """The bytes as they came, under the name and link that a replay needs."""
    listen, said = f"{LOOPBACK}:{free_port()}", hello("SO-TAB") + hello("SO-TAB")
    cot = {"listen": listen, "clients": [{"client": "SO-TAB", "unit": "SO-1"}]}
    units = [{"unit": "SO-1", "agency": "SO"}]
    site = from_tables({**tables(), "feeds": [], "units": units, "cot": cot}, "the test's site")
    socks: list[socket.socket] = []

    def speak() -> None:
        def is_there() -> bool:
            with suppress(OSError):
                socks.append(socket.create_connection((LOOPBACK, int(listen.rpartition(":")[2]))))
            return bool(socks)

        becomes(is_there)
        socks[0].sendall(said)

    def progress(_: int, size: int) -> None:
        if size >= len(said):
            raise EnoughError

    client = threading.Thread(target=speak, daemon=True)
    client.start()
    path = tmp_path / "day.mcap"
    with pytest.raises(EnoughError):
        record(site, tmp_path, path, 60.0, progress)
    client.join()
    socks[0].close()
    recording = Recording(path)
    messages = list(recording.messages())
    assert b"".join(one.data for one in messages) == said
    assert {one.feed for one in messages} == {"cot"}
    assert recording.feeds == {"cot": ("cot", "tcp-listen")}
