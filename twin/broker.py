"""The MQTT broker that the twin brings along, so that a wire run needs no server.

Knows: iotcore (rumqttd as a wheel), its settings that matter, and that it runs in a process of its own.
Refuses to know: who connects.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import iotcore

LOG_BYTES = 128 << 20
SEGMENTS = 16
PAYLOAD_BYTES = 1 << 20
START_S, STOP_S = 15.0, 5.0

_CONFIG = """
id = 0
[router]
id = 0
max_connections = {connections}
max_outgoing_packet_count = 10000
max_segment_size = {segment_bytes}
max_segment_count = {segments}
[v4.1]
name = "v4"
listen = "{host}:{port}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = {payload_bytes}
max_inflight_count = 100
dynamic_filters = true
{auth}
"""


class Broker:
    """Speaks MQTT 3.1.1. It keeps a log for each topic filter, `log_bytes` at most: a subscriber that falls behind by
    more loses messages, even at QoS 1. It refuses keepalive 0. At its own default of 200 packets at a time a busy
    publisher would starve the subscribers, hence the 10,000."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        host: str = "127.0.0.1",
        payload_bytes: int = PAYLOAD_BYTES,
        log_bytes: int = LOG_BYTES,
        users: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port
        auth = ", ".join(f'"{user}" = "{password}"' for user, password in (users or {}).items())
        config = folder / f"broker-{port}.toml"
        config.write_text(
            _CONFIG.format(
                connections=2000,
                segment_bytes=log_bytes // SEGMENTS,
                segments=SEGMENTS,
                host=host,
                port=port,
                payload_bytes=payload_bytes,
                auth=f"auth = {{ {auth} }}" if auth else "",
            )
        )
        self._broker = iotcore.Broker(config_path=str(config))

    def start(self) -> None:
        """Returns when it accepts connections. OSError when the port is taken."""
        self._broker.start(START_S)

    def kill(self) -> None:
        """SIGKILL; returns when the process is gone."""
        process = self._broker._process  # iotcore has no other name for it
        if process is not None:
            process.kill()
            process.wait()
        self._broker.stop()

    def stop(self) -> None:
        """Politely; twice is no harm."""
        self._broker.stop(STOP_S)
