"""Plays on a Ray cluster.

Knows: how to join the cluster, hand it plays and take their rows as they come.
Refuses to know: what is played. Ray itself is only needed here (`pip install rtcc[ray]`), and the twin must be
installed wherever the cluster's workers run.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from twin.sweep import Row, Task, broken, play

MOST = 100_000
CONNECT_S = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RayError(RuntimeError):
    """There is no Ray here, or no cluster there."""


def play_on_ray(
    tasks: Iterable[Task], address: str, workers: int | None, limit_s: float, work: Callable[[Task], Row] = play
) -> Iterator[Row]:
    """A row for each task, as they come to an end. `address`: `host:port` of a cluster, or `local` for one of this
    machine's that lasts as long as the sweep. At most `workers` at once. Raises RayError."""
    try:
        import ray
    except ImportError as error:
        raise RayError("Ray is not installed here; try pip install 'rtcc[ray]'") from error
    _check_listens(ray, address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **_local(address, workers))
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise RayError(f"no Ray cluster at {address}: {error}") from error
    try:
        yield from _rows(ray, tasks, workers, limit_s, work)
    finally:
        ray.shutdown()


def _check_listens(ray: Any, address: str) -> None:
    """Ray itself looks for minutes for a cluster that is not there. The loopback it takes for this machine's own
    address, and so does this. Raises RayError."""
    host, _, port = address.rpartition(":")
    if not host or "://" in address:
        return  # `local` and `auto` find for themselves what there is
    if host in LOOPBACK:
        host = ray.util.get_node_ip_address()
    try:
        socket.create_connection((host, int(port)), CONNECT_S).close()
    except (OSError, ValueError) as error:
        raise RayError(f"no Ray cluster at {host}:{port}: {error}") from error


def _local(address: str, workers: int | None) -> dict[str, Any]:
    if address != "local":
        return {}
    return {"num_cpus": workers, "include_dashboard": False, "object_store_memory": 100_000_000}


def _rows(
    ray: Any, tasks: Iterable[Task], workers: int | None, limit_s: float, work: Callable[[Task], Row]
) -> Iterator[Row]:
    """A worker process serves one play and ends; one that dies is not tried again, because it would die again. No play
    waits in the cluster's queue, so what has not ended in time has had that time."""
    remote = ray.remote(num_cpus=1, max_calls=1, max_retries=0)(work)
    at_once = min(workers or MOST, max(1, int(ray.cluster_resources().get("CPU", 1))))
    waiting = iter(tasks)
    playing: dict[Any, Task] = {}
    try:
        while True:
            for task in waiting:
                playing[remote.remote(task)] = task
                if len(playing) >= at_once:
                    break
            if not playing:
                return
            over, _ = ray.wait(list(playing), timeout=limit_s)
            for one in over or list(playing):
                task = playing.pop(one)
                if not over:
                    ray.cancel(one, force=True)
                    yield broken(task, f"nothing came to an end for {limit_s:g} s", limit_s)
                    continue
                try:
                    yield ray.get(one)
                except Exception as error:
                    yield broken(task, f"its process died: {error}")
    finally:
        for one in playing:
            ray.cancel(one, force=True)
