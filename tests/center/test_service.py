"""`center run` as a process: how it starts, stops, recovers, and what it refuses to start on."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from center.core.events import OperatorActed, SiteLoaded
from center.store.journal import read
from tests import devices
from tests.devices import Wire
from tests.promises.aftermath import check_audit, left
from tests.promises.test_d_log_before_act import held
from tests.running import PATIENCE_S, Console, Office, becomes, office, tables
from tests.servers import free_port

pytestmark = pytest.mark.wire


def alerted(center: Office, wire: Wire, console: Console) -> str:
    """Has a unit, a list and a read of a listed car; returns the alert's id."""
    wire.udp("avl", devices.nmea_report("SO-1"))
    wire.drop("wanted.csv", devices.hot_list(["WNT001"]))
    assert wire.post("lpr", devices.plate_read("WNT001")) == 200
    assert wire.post("calls", devices.call_opened("1")) == 200
    becomes(lambda: console.state().get("units") and console.alerts())
    return str(console.alerts()[0]["alert"])


def lasting(state: dict[str, Any]) -> dict[str, Any]:
    """Of a `state` frame what a restart must not change; links count anew."""
    return {key: state.get(key) for key in ("units", "alerts", "incidents", "aircraft")}


def snapshots(center: Office) -> list[Path]:
    return sorted(center.state.glob("journal.db-snapshot-*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_stop_leaves_a_snapshot_and_the_next_start_shows_the_same(
    number: signal.Signals, tmp_path: Path
) -> None:
    """The exit code is 0, and nothing is said but what was meant to be said."""
    center = Office(tmp_path, tables())
    center.up()
    try:
        with Wire(center) as wire:
            console = center.console()
            alert = alerted(center, wire, console)
            assert console.post(f"/api/alerts/{alert}/acknowledge").status == 200
        shown = lasting(console.state())
        assert center._process is not None
        center._process.send_signal(number)
        assert center._process.wait(PATIENCE_S) == 0
        last = max(position for position, _ in read(center.journal))
        assert [file.name for file in snapshots(center)] == [f"journal.db-snapshot-{last:012d}"]
        center.up()
        again = lasting(center.console().state())
        assert [unit["unit"] for unit in again["units"]] == ["SO-1"]
        assert again["alerts"][0] | {"listing": None} == shown["alerts"][0] | {"listing": None}  # its age goes on
        assert again["incidents"] == shown["incidents"]
        assert f"recovered {last} events" in center.said()
    finally:
        center.stop()


def test_what_became_durable_at_the_last_moment_is_in_the_audit_trail(tmp_path: Path) -> None:
    """The disk is slow, somebody acts, and the center is told to stop before either is done. Breaks when a snapshot is
    left although effects of what it holds were never carried out."""
    center = Office(tmp_path, tables())
    center.up()
    console = center.console()
    try:
        with held(center.journal):
            before = center.status()["position"]
            asking = threading.Thread(target=console.post, args=("/api/units/SO-1/look", {"what": "position"}))
            asking.start()
            becomes(lambda: center.status()["position"] > before)
            assert center._process is not None
            center._process.terminate()
            becomes(lambda: "graceful shutdown exceeded" in center.said())  # the server waits for it no longer
        assert center._process.wait(PATIENCE_S) == 0
        asking.join(PATIENCE_S)
        found = left(center, tmp_path / "copy")
        assert isinstance(found.events[-1], OperatorActed)
        assert snapshots(center)
        check_audit(center, found)
    finally:
        center.kill()


def test_snapshots_are_taken_while_it_runs(tmp_path: Path) -> None:
    """By another process; after a kill the next start begins with it, and the audit trail has no gap."""
    site = tables()
    site["site"]["snapshot_every_events"] = 20
    center = Office(tmp_path, site)
    center.up()
    try:
        console = center.console()
        with Wire(center) as wire:
            alerted(center, wire, console)
            for serial in range(30):
                wire.udp("taip", devices.taip_report("SO-2", serial))
                assert console.post("/api/units/SO-1/look", {"what": "position"}).status == 200
            becomes(lambda: snapshots(center))
            assert console.post("/api/units/SO-1/look", {"what": "video", "reason": "stop"}).status == 200
        center.kill()
        found = left(center, tmp_path / "copy")  # checks that the snapshot is what the journal says
        center.up()
        assert len(lasting(center.console().state())["alerts"]) == 1
        center.stop()
        check_audit(center, left(center, tmp_path / "copy"))
        assert len(found.events) > 20
    finally:
        center.stop()


def test_a_roster_that_changes_is_taken_over_and_one_that_does_not_is_not_said_again(tmp_path: Path) -> None:
    """The journal says what the center knew when."""
    site = tables()
    for agency in ("Sheriff's Office", "Sheriff's Office", "Sheriff"):
        site["agencies"][0]["name"] = agency
        center = Office(tmp_path, site)
        center.up()
        center.stop()
        assert center.exit_code() == 0, center.said()
    names = [event.agencies[0].name for _, event in read(center.journal) if isinstance(event, SiteLoaded)]
    assert names == ["Sheriff's Office", "Sheriff"]


def test_a_locked_audit_trail_stops_nothing(tmp_path: Path) -> None:
    """Somebody copies the file, or its disk is full: people go on working, and the lines go in later."""
    with office(tmp_path) as center:
        console = center.console()
        with held(center.audit):
            for what in ("position", "video", "audio"):
                assert console.post("/api/units/SO-1/look", {"what": what, "reason": "stop"}).status == 200
        assert console.post("/api/units/PD-1/look", {"what": "video", "reason": "stop"}).status == 403
    check_audit(center, left(center, tmp_path / "copy"))


def test_a_second_center_on_the_same_state_is_refused(tmp_path: Path) -> None:
    """The first one notices nothing."""
    with office(tmp_path) as center:
        other = {**center.site_tables, "api": {"listen": f"127.0.0.1:{free_port()}"}, "feeds": []}
        refused = start(tmp_path, other)
        assert refused.returncode == 2
        assert f"{tmp_path / 'state'}: another center is running on it" in refused.stderr
        assert center.console().state()["type"] == "state"


def start(folder: Path, site: dict[str, Any], name: str = "other.toml") -> subprocess.CompletedProcess[str]:
    """A center that ends by itself, because it will not start."""
    path = folder / name
    path.write_text(tomli_w.dumps(site))
    command = [sys.executable, "-m", "center.cli", "run", "--site", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)


def test_it_does_not_start_where_it_cannot_work(tmp_path: Path) -> None:
    """Each time with exit code 2 and one sentence that names the place; never with a traceback."""
    (tmp_path / "bad.geojson").write_text('{"features": 1}')
    (tmp_path / "blocked").write_text("a file where a folder is wanted")
    for change, said in (
        ({"site": {"map": "bad.geojson"}}, "bad.geojson: not a GeoJSON FeatureCollection"),
        ({"site": {"roads": "none.geojson"}}, "none.geojson: not a GeoJSON FeatureCollection"),
        ({"site": {"state": "blocked"}}, "blocked"),
        ({"feeds": [mqtt_feed(password="env:RTCC_NO_SUCH_VARIABLE")]}, "no variable RTCC_NO_SUCH_VARIABLE"),
        ({"feeds": [mqtt_feed(), mqtt_feed(name="b", topic="owntracks/x")]}, "can match the same topic"),
        ({"api": {"listen": "127.0.0.1"}}, "'127.0.0.1' is not host:port"),
        ({"api": {"listen": "192.0.2.1:80"}}, "192.0.2.1:80"),
    ):
        site: dict[str, Any] = tables()
        for table, values in change.items():
            site[table] = values if isinstance(values, list) else {**site[table], **values}
        refused = start(tmp_path, site)
        assert (refused.returncode, refused.stdout) == (2, ""), refused
        assert said in refused.stderr.replace("\n", " ")
        assert refused.stderr.startswith("error:")
        assert "Traceback" not in refused.stderr


def mqtt_feed(**settings: str) -> dict[str, Any]:
    return {
        "name": "a",
        "format": "owntracks",
        "link": "mqtt",
        "connect": "127.0.0.1:1",
        "topic": "owntracks/#",
        "username": "rtcc",
        **settings,
    }


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """Exit code 2, with the address."""
    with office(tmp_path) as center:
        (tmp_path / "elsewhere").mkdir()
        refused = start(tmp_path / "elsewhere", {**center.site_tables, "feeds": []})
        host, port = center.api
        assert refused.returncode == 2
        assert f"{host}:{port}" in refused.stderr


def test_a_damaged_journal_is_never_built_upon(tmp_path: Path) -> None:
    """The center does not start, and names the position."""
    with office(tmp_path) as center, Wire(center) as wire:
        alerted(center, wire, center.console())
    for file in snapshots(center):
        file.unlink()
    with sqlite3.connect(center.journal) as journal:
        (first,) = journal.execute("SELECT max(first) FROM journal").fetchone()
        journal.execute(
            "UPDATE journal SET events = CAST(substr(events, 1, 8) || x'00' || substr(events, 10) AS BLOB)"
            " WHERE first = ?",
            (first,),
        )
    journal.close()
    refused = start(tmp_path, {**center.site_tables, "feeds": []})
    assert refused.returncode == 2
    assert f"block at position {first} fails its checksum" in refused.stderr
