"""Serving the operators' application on a socket.

Knows: uvicorn, and how to start and stop it inside an event loop that is somebody else's.
Refuses to know: the application.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence

from fastapi import FastAPI

from center.links.http_server import BoundedConfig, BoundedProtocol, GuestServer, Limits

MAX_CONNECTIONS = 1_000
LIMITS = Limits(connections=MAX_CONNECTIONS)


async def serve(
    app: FastAPI,
    sock: socket.socket,
    started: Callable[[], None],
    tls: ssl.SSLContext | None = None,
    proxies: Sequence[str] = (),
) -> None:
    """Serve until cancelled. Where somebody comes from is believed of `proxies` only, else it would be theirs to say.
    Frames are made once for all watchers, so compressing them for each would cost more than it saves."""
    config = BoundedConfig(
        app,
        http=BoundedProtocol,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=4096,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=2,
        ssl_context_factory=(lambda config, default: tls) if tls else None,  # noqa: ARG005
    )
    config.limits = LIMITS
    server = GuestServer(config, started)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
