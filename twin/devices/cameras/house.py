"""The cameras behind one server, and who is watching them.

Knows: which camera a path means, the sessions there are, their limits, and when one has been silent for too long.
Refuses to know: requests and connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from twin.devices.cameras.camera import Camera
from twin.devices.cameras.events import Memory
from twin.devices.cameras.rtsp_session import Session
from twin.devices.cameras.sdp import Track, tracks_of
from twin.devices.things import SECOND_US

MOST_SESSIONS = 512
SESSION_S = 60


class House:
    """`cameras` by path, `memories` of those that have one. A session ends when nothing is heard for `session_s`."""

    def __init__(
        self, cameras: Mapping[str, Camera], memories: Mapping[str, Memory], session_s: int = SESSION_S
    ) -> None:
        self.cameras = cameras
        self.memories = memories
        self.session_s = session_s
        self.sessions: dict[str, Session] = {}

    def find(self, path: str) -> tuple[Camera, Track | None] | None:
        """The camera that a path means, and the track, if it names one."""
        camera = self.cameras.get(path)
        if camera is not None:
            return camera, None
        name, _, control = path.rpartition("/")
        camera = self.cameras.get(name)
        for track in tracks_of(camera.facts) if camera is not None else ():
            if camera is not None and track.control == control:
                return camera, track
        return None

    def owner(self, path: str) -> Camera | None:
        """Whose path it is, or below whose."""
        first, _, _ = path.partition("/")
        return self.cameras.get(first) or self.cameras.get(first.removesuffix(".ts"))

    def begin(self, camera: Camera) -> Session | None:
        """None when there are too many."""
        if len(self.sessions) >= MOST_SESSIONS:
            return None
        session = Session(camera, self.end)
        self.sessions[session.name] = session
        return session

    def end(self, session: Session) -> None:
        """Twice is no harm."""
        if self.sessions.pop(session.name, None) is not None:
            session.close()

    def reap(self) -> None:
        """End what has been silent for too long."""
        now_us = round(asyncio.get_running_loop().time() * SECOND_US)
        for session in list(self.sessions.values()):
            if now_us - session.heard_us > self.session_s * SECOND_US:
                self.end(session)

    async def close(self) -> None:
        for session in list(self.sessions.values()):
            self.end(session)
        await asyncio.gather(*(camera.close() for camera in self.cameras.values()))
