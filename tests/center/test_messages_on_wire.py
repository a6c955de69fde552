"""Words from the room to a real terminal and back: over a broker, through a real center that is killed in between."""

from __future__ import annotations

import json
from pathlib import Path
from queue import Queue
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.running import PATIENCE_S, Console, Office, becomes, tables
from tests.servers import LOOPBACK, embedded_broker
from twin.devices import terminal

pytestmark = pytest.mark.wire


class Mdt:
    """The terminal of SO-1: what it is told, in order."""

    def __init__(self, broker: int) -> None:
        self.told: Queue[dict[str, Any]] = Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="mdt", clean_session=False)
        self._client.on_connect = lambda client, *_: client.subscribe("terminals/SO-1/in", qos=1)
        self._client.on_message = lambda _client, _userdata, message: self.told.put(json.loads(message.payload))
        self._client.connect(LOOPBACK, broker)
        self._client.loop_start()
        becomes(self._client.is_connected)

    def says(self, data: bytes) -> None:
        self._client.publish("terminals/SO-1/out", data, qos=1)

    def hears(self, kind: str) -> dict[str, Any]:
        """The next of its kind; repeats of others are passed over."""
        while (told := self.told.get(timeout=PATIENCE_S))["kind"] != kind:
            pass
        return told

    def off(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def receipt(console: Console, thread: str, post: int = -1) -> dict[str, Any]:
    """What became of a message with the one it was for."""
    threads = {one["thread"]: one for one in console.get("/api/messages").said["threads"]}
    (found,) = threads[thread]["posts"][post]["to"]
    return dict(found)


def test_a_message_is_delivered_read_and_answered_and_no_kill_loses_it(tmp_path: Path) -> None:
    """The center is killed after the message was granted: started again it sends it under its old id, knows who has
    read it, and shows the deputy that the answer was read."""
    with embedded_broker() as broker:
        center = Office(tmp_path, tables(broker.port, deliver_s=3600, read_s=3600))
        center.up()
        mdt = Mdt(broker.port)
        try:
            sent = center.console("ada").post("/api/messages", {"to": "unit/SO-1", "text": "which door?"})
            assert sent.status == 200, sent
            first = mdt.hears("text")
            center.kill()
            center.up()
            ada = center.console("ada")
            assert mdt.hears("text")["id"] == first["id"]
            assert receipt(ada, "unit/SO-1")["state"] == "sent"
            mdt.says(terminal.delivered(first["id"]))
            becomes(lambda: receipt(ada, "unit/SO-1")["state"] == "delivered")
            mdt.says(terminal.ack(first["id"], 0))
            becomes(lambda: receipt(ada, "unit/SO-1")["state"] == "read")
            mdt.says(terminal.reply("r1", first["id"], "the back door", 0))
            assert mdt.hears("delivered")["refers"] == "r1"
            (thread,) = ada.get("/api/messages").said["threads"]
            answer = thread["posts"][-1]
            assert (answer["author"], answer["text"], thread["unread"]) == ("SO-1", "the back door", 1)
            assert ada.post(f"/api/messages/{answer['post']}/read").status == 200
            assert mdt.hears("read")["refers"] == "r1"
        finally:
            mdt.off()
            center.stop()
