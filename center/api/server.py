"""Serving the operators' application on a socket.

Knows: uvicorn, and how to start and stop it inside an event loop that is somebody else's.
Refuses to know: the application.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from center.links.http_server import GuestServer

MAX_CONNECTIONS = 1_000


async def serve(app: FastAPI, sock: socket.socket, started: Callable[[], None]) -> None:
    """Serve until cancelled. Frames are made once for all watchers, so compressing them for each would cost more than
    it saves."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=4096,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=2,
    )
    server = GuestServer(config, started)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
