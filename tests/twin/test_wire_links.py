"""The twin's sending ends, asked as a center asks them."""

from __future__ import annotations

import asyncio
import http.client

from tests.patience import PATIENCE_S
from twin.center_process import LOOPBACK, free_port
from twin.wire_documents import DocumentServer


def test_a_document_is_served_as_it_last_was() -> None:
    """503 before there is one, 404 elsewhere, then the newest state, over a connection that stays open; and the port is
    free when it is closed."""

    async def story() -> None:
        port = free_port(set())
        server = DocumentServer(f"http://{LOOPBACK}:{port}/data/aircraft.json")
        await server.open()
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE_S)

        def get(path: str) -> tuple[int, bytes]:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

        def asked() -> None:
            assert get("/data/aircraft.json") == (503, b"")
            server.send("", b"first")
            server.send("", b"second")
            assert get("/data/aircraft.json") == (200, b"second")
            assert get("/") == (404, b"")
            server.send("", b"third")
            assert get("/data/aircraft.json") == (200, b"third")
            connection.close()

        await asyncio.to_thread(asked)
        await server.close()
        again = DocumentServer(f"http://{LOOPBACK}:{port}/data/aircraft.json")
        await again.open()
        await again.close()

    asyncio.run(story())
