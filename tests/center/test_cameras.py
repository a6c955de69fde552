"""A camera through a real center: from the ticket to the picture, and to evidence of it."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from center.store.evidence import Manifest, check
from tests import devices
from tests.center.relay.clips import clip
from tests.center.relay.house import shown
from tests.center.store.test_clip_sound import probed
from tests.devices import LAT, LON, Wire
from tests.filming import Filming
from tests.running import PATIENCE_S, Console, Office, becomes, tables

pytestmark = pytest.mark.wire

SECRET = "hunter2"


@pytest.fixture
def filming() -> Iterator[Filming]:
    with Filming(clip(frames=50, gop=10), SECRET) as camera:
        yield camera


@pytest.fixture
def partners() -> Iterator[socket.socket]:
    """Where a partner's camera would be; whoever connects is seen."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def center(tmp_path: Path, filming: Filming, partners: socket.socket) -> Iterator[Office]:
    gate = {"kind": "fixed", "agency": "SO", "at": [LAT, LON], "range_m": 100}
    cameras = [
        {"id": "gate", "url": filming.url, **gate},
        {"id": "SO-1-mic", "kind": "microphone", "unit": "SO-1", "url": filming.url},
        {"id": "PD-dash", "kind": "dash", "unit": "PD-1", "url": f"rtsp://127.0.0.1:{partners.getsockname()[1]}/cam"},
        {"id": "SO-1-dash", "kind": "dash", "unit": "SO-1", "url": filming.url},
    ]
    office = Office(tmp_path, tables() | {"cameras": cameras})
    office.up()
    yield office
    office.stop()
    assert office.exit_code() == 0, office.said()
    assert "Traceback" not in office.said()


def incident(center: Office, console: Console) -> str:
    with Wire(center) as wire:
        assert wire.post("calls", devices.call_opened("1")) == 200
    becomes(lambda: console.state().get("incidents"))
    return str(console.state()["incidents"][0]["incident"])


def ask(console: Console, path: str, **said: Any) -> dict[str, Any]:
    answer = console.post(path, said)
    assert answer.status == 200, answer
    return dict(answer.said)


def stream(ticket: dict[str, Any]) -> ClientConnection:
    """What a test does not read must not hold up the closing."""
    return connect(f"{ticket['address']}/{ticket['token']}", compression=None, max_size=1 << 24, max_queue=None)


def pictures(watching: ClientConnection, count: int) -> list[bytes]:
    found: list[bytes] = []
    while len(found) < count:
        message = watching.recv(PATIENCE_S)
        if isinstance(message, bytes) and message[4:8] == b"prft":
            found.append(message)
    return found


def closing_of(
    watching: ClientConnection, fits: Callable[[dict[str, Any]], bool] = lambda _: True
) -> tuple[int, float]:
    """Its code, and how long it took to come. Every word before that fits."""
    began = time.monotonic()
    while True:
        try:
            message = watching.recv(PATIENCE_S)
            assert not isinstance(message, str) or fits(json.loads(message)), message
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0, time.monotonic() - began


def trail(console: Console, **fields: str) -> list[str]:
    """What was done, oldest first."""
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    lines = console.get(f"/api/audit?{query}").said
    return [
        f"{line['operator']} {line['act']} {'' if line['granted'] else 'refused'}".strip() for line in reversed(lines)
    ]


def test_from_the_ticket_to_the_picture_and_its_end(center: Office, filming: Filming, partners: socket.socket) -> None:
    """Only the asker learns the token; the camera's power may fail and the same socket goes on; a revoked ticket ends
    within a second; a partner's camera is refused and nobody ever connects to it; the trail has all of it; and the
    camera's password is nowhere."""
    ada, ben, sup = center.console(), center.console("ben"), center.console("sup")
    call = incident(center, ada)
    why = {"reason": "call", "case": call}
    assert ada.state()["incidents"][0]["cameras"][0] | {"metres": 0} == {"camera": "gate", "how": "sees", "metres": 0}

    refused = ada.post("/api/cameras/PD-dash/watch", why)
    assert (refused.status, refused.said["why"]) == (
        *(403, "PD-dash is a camera of PD: its picture and sound are not ours"),
    )
    ticket = ask(ada, "/api/cameras/gate/watch", **why)
    assert ben.get(f"/api/tickets/{ticket['ticket']}").status == 404
    with stream(ticket) as watching:
        assert shown(pictures(watching, 12)[0]).is_key
        becomes(lambda: ada.state()["cameras"][0].get("state") == "live")
        filming.cut()
        filming.back()
        watched: list[bytes] = []
        while not watched or not shown(watched[-1]).is_key or len(watched) < 60:
            watched += pictures(watching, 1)
        assert filming.camera.sessions == 1
        began = time.monotonic()
        ask(sup, f"/api/tickets/{ticket['ticket']}/revoke", reason="not needed any more")
        code, took_s = closing_of(watching)
        assert (code, took_s < 1.0, time.monotonic() - began < 2.0) == (4403, True, True)
    assert ada.get(f"/api/tickets/{ticket['ticket']}").status == 404

    becomes(lambda: "ada camera.stream" in trail(sup, act="camera.stream")[1:])
    assert trail(sup, subject="PD-dash") == ["ada camera.watch refused"]
    assert trail(sup, subject="gate") == [
        *("ada camera.watch", "ada camera.stream", "ada camera.closed", "ada camera.stream"),
    ]
    with pytest.raises(BlockingIOError):
        partners.accept()
    said = json.dumps(ada.state()) + center.said() + sup.get("/api/audit?limit=1000").body.decode()
    assert SECRET not in said
    for path in center.state.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def test_what_is_still_valid_is_open_again_after_a_kill(center: Office) -> None:
    """Under another token, which its holder asks for."""
    ada = center.console()
    why = {"reason": "call", "case": incident(center, ada)}
    ticket = ask(ada, "/api/cameras/gate/watch", **why)
    center.kill()
    center.up()
    ada = center.console()
    again = ada.get(f"/api/tickets/{ticket['ticket']}").said
    assert again["ticket"] == ticket["ticket"]
    assert again["token"] != ticket["token"]
    with stream(again) as watching:
        assert shown(pictures(watching, 1)[0]).is_key


def test_whoever_listens_sees_nothing_and_the_room_knows(center: Office) -> None:
    """A ticket to listen brings sound and no picture, though the camera has one; the room's notice ends with it."""
    ada = center.console()
    why = {"reason": "call", "case": incident(center, ada)}
    ticket = ask(ada, "/api/cameras/SO-1-mic/listen", **why)
    assert ticket["sound"]
    with stream(ticket) as listening:
        (notice,) = ada.alerts(kind="listening")
        assert (notice["subject"], notice["state"]) == ("SO-1", "raised")
        assert len(pictures(listening, 5)) == 5, "samples of sound come like pictures"
        ask(ada, f"/api/tickets/{ticket['ticket']}/stop")
        code, _ = closing_of(listening, lambda word: word.get("mime", "audio/").startswith("audio/"))
        assert code == 4403
    becomes(lambda: not ada.alerts(kind="listening", state="raised"))


def test_a_clip_is_kept_plays_and_is_whole(center: Office, tmp_path: Path) -> None:
    """From the ring of a camera that is watched, on the incident; ffprobe counts its pictures."""
    ada = center.console()
    call = incident(center, ada)
    ticket = ask(ada, "/api/cameras/gate/watch", reason="call", case=call)
    with stream(ticket) as watching:
        pictures(watching, 40)
        now = ada.state()["now"]
        asked = {"case": call, "reason": "the crash", "start": now - 1_000_000, "end": now}
        kept = ask(ada, "/api/cameras/gate/keep", **asked)["clip"]
        becomes(lambda: ada.state()["incidents"][0]["clips"][0]["state"] != "asked")
    (said,) = ada.state()["incidents"][0]["clips"]
    assert (said["clip"], said["state"], said.get("trouble")) == (kept, "kept", None)
    answer = ada.get(f"/api/clips/{kept}.mp4")
    assert (answer.status, answer.headers["content-type"], len(answer.body)) == (200, "video/mp4", said["size"])
    manifest, faults = check(answer.body, (center.state / "clips" / "signing.pub").read_text())
    assert (faults, manifest.operator, manifest.incident) == ((), "ada", call)
    path = tmp_path / "clip.mp4"
    path.write_bytes(answer.body)
    words = ("-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames,start_time", "-of", "json")
    probed = subprocess.run(["ffprobe", *words, str(path)], capture_output=True, check=True, text=True)
    (found,) = json.loads(probed.stdout)["streams"]
    assert probed.stderr == ""
    assert int(found["nb_read_frames"]) == sum(group.pictures for group in manifest.groups)
    assert float(found["start_time"]) == 0.0


def kept_clip(center: Office, ada: Console, call: str, path: Path) -> Manifest:
    """Of the dash camera's last half second."""
    now = ada.state()["now"]
    asked = {"case": call, "reason": "the crash", "start": now - 500_000, "end": now}
    clip = ask(ada, "/api/cameras/SO-1-dash/keep", **asked)["clip"]
    becomes(lambda: all(one["state"] != "asked" for one in ada.state()["incidents"][0]["clips"]))
    path.write_bytes(ada.get(f"/api/clips/{clip}.mp4").body)
    manifest, faults = check(path.read_bytes(), (center.state / "clips" / "signing.pub").read_text())
    assert faults == ()
    return manifest


def test_a_clip_has_sound_when_somebody_was_let_listen_and_only_then(center: Office, tmp_path: Path) -> None:
    """The camera has a microphone: while it is only watched a clip is silent; while somebody listens, both tracks are
    there and as long; after that it is silent again."""
    ada = center.console()
    call = incident(center, ada)
    why = {"reason": "call", "case": call}
    path = tmp_path / "clip.mp4"
    with stream(ask(ada, "/api/cameras/SO-1-dash/watch", **why)) as watching:
        pictures(watching, 30)
        assert kept_clip(center, ada, call, path).sound is None
        assert list(probed(path)) == ["video"]
        ticket = ask(ada, "/api/cameras/SO-1-dash/listen", **why)
        with stream(ticket) as listening:
            pictures(listening, 75)
            manifest = kept_clip(center, ada, call, path)
        assert manifest.sound is not None
        (heard,) = manifest.sound.heard
        assert (heard.ticket, heard.operator, heard.case) == (ticket["ticket"], "ada", call)
        found = probed(path)
        assert found["audio"][0] == "opus"
        assert found["audio"][1:] == pytest.approx(found["video"][1:], abs=0.04)
        ask(ada, f"/api/tickets/{ticket['ticket']}/stop")
        over = ada.state()["now"]
        becomes(lambda: ada.state()["now"] > over + 1_500_000)
        assert kept_clip(center, ada, call, path).sound is None
