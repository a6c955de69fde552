"""What a camera does when it is asked: RTSP's methods, and their refusals.

Knows: OPTIONS DESCRIBE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER (RFC 2326, section 10), one connection's
channels, and the states of a session.
Refuses to know: how requests arrive, who may ask, and how packets are made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from twin.devices.cameras.camera import Camera
from twin.devices.cameras.house import House
from twin.devices.cameras.rtsp_session import Datagrams, Interleaved, Session, Way
from twin.devices.cameras.rtsp_text import Headers, Request, transports
from twin.devices.cameras.sdp import Track, sdp, tracks_of


class Caller:
    """One connection: the sessions whose packets run on it end with it."""

    def __init__(self, house: House, writer: asyncio.StreamWriter) -> None:
        self.house = house
        self.writer = writer
        self.channels: dict[int, Session] = {}
        self.here: str = writer.get_extra_info("sockname")[0]
        self.there: str = writer.get_extra_info("peername")[0]

    def reported(self, channel: int) -> None:
        """A packet has come on one of its channels."""
        session = self.channels.get(channel)
        if session is not None:
            session.heard()

    def free_channels(self) -> tuple[int, int]:
        first = next(channel for channel in range(0, 256, 2) if channel not in self.channels)
        return first, first + 1

    def hang_up(self) -> None:
        for session in dict.fromkeys(self.channels.values()):
            self.house.end(session)


class _RefusalError(Exception):
    def __init__(self, status: int, headers: Headers = ()) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


def answer(request: Request, caller: Caller) -> bytes:
    """The response to a request whose sender may ask, and whose camera is there."""
    method = METHODS.get(request.method)
    try:
        if request.version != (1, 0):
            raise _RefusalError(505)
        if "require" in request.headers:
            raise _RefusalError(551, [("Unsupported", request.headers["require"])])
        if method is None:
            raise _RefusalError(501, [PUBLIC])
        return method(request, caller)
    except _RefusalError as refusal:
        return request.reply(refusal.status, refusal.headers)


def _options(request: Request, caller: Caller) -> bytes:
    session = caller.house.sessions.get(_session_name(request))
    if session is not None:
        session.heard()
    return request.reply(200, [PUBLIC])


def _describe(request: Request, caller: Caller) -> bytes:
    camera, _ = _meant(request, caller)
    accept = request.headers.get("accept", "application/sdp")
    if "application/sdp" not in accept and "*/*" not in accept:
        raise _RefusalError(406)
    body = sdp(camera.facts, camera.shot, caller.here, session=1)
    where = request.uri.rstrip("/") + "/"
    return request.reply(200, [("Content-Type", "application/sdp"), ("Content-Base", where)], body)


def _set_up(request: Request, caller: Caller) -> bytes:
    camera, track = _meant(request, caller)
    tracks = tracks_of(camera.facts)
    if track is None and len(tracks) > 1:
        raise _RefusalError(459)
    track = track or tracks[0]
    if "session" in request.headers:
        session = _session(request, caller)
        if session.camera is not camera or session.is_playing:
            raise _RefusalError(455)
    else:
        begun = caller.house.begin(camera)
        if begun is None:
            raise _RefusalError(453)
        session = begun
    try:
        said = _way(request, caller, session, track)
    except _RefusalError:
        if session.is_empty:
            caller.house.end(session)
        raise
    return request.reply(200, [("Transport", said), _session_header(session, caller)])


def _way(request: Request, caller: Caller, session: Session, track: Track) -> str:
    """Set up the first way that both sides can take, and say which."""
    for wanted in transports(request.headers.get("transport", "")):
        if wanted.channels is not None:
            channels = caller.free_channels() if wanted.channels[0] < 0 else wanted.channels
            if any(caller.channels.get(channel, session) is not session for channel in channels):
                continue
            caller.channels |= dict.fromkeys(channels, session)
            way: Way = Interleaved(caller.writer, channels)
            said = f"RTP/AVP/TCP;unicast;interleaved={channels[0]}-{channels[1]}"
        else:
            assert wanted.ports is not None
            try:
                way = Datagrams(caller.here, caller.there, wanted.ports, session.heard)
            except OSError:
                continue
            theirs, ours = wanted.ports, way.ports
            said = f"RTP/AVP;unicast;client_port={theirs[0]}-{theirs[1]};server_port={ours[0]}-{ours[1]}"
        return f"{said};ssrc={session.set_up(track, way):08X}"
    raise _RefusalError(461)


def _play(request: Request, caller: Caller) -> bytes:
    session = _session(request, caller)
    if not request.headers.get("range", "npt=").startswith(("npt=", "clock=")):
        raise _RefusalError(457)
    base = request.uri.rstrip("/")
    base = base.removesuffix(f"/{base.rpartition('/')[2]}") if "trackID=" in base else base
    info = ",".join(f"url={base}/{name};seq={number};rtptime={stamp}" for name, number, stamp in session.play())
    return request.reply(200, [_session_header(session, caller), ("Range", "npt=now-"), ("RTP-Info", info)])


def _pause(request: Request, caller: Caller) -> bytes:
    session = _session(request, caller)
    session.pause()
    return request.reply(200, [_session_header(session, caller)])


def _tear_down(request: Request, caller: Caller) -> bytes:
    session = _session(request, caller)
    caller.house.end(session)
    caller.channels = {channel: one for channel, one in caller.channels.items() if one is not session}
    return request.reply(200)


def _parameter(request: Request, caller: Caller) -> bytes:
    """Without a parameter it is a sign of life, and there is none to get or set."""
    headers: Headers = ()
    if "session" in request.headers:
        headers = [_session_header(_session(request, caller), caller)]
    if request.body.strip():
        raise _RefusalError(451, headers)
    return request.reply(200, headers)


METHODS: dict[str, Callable[[Request, Caller], bytes]] = {
    "OPTIONS": _options,
    "DESCRIBE": _describe,
    "SETUP": _set_up,
    "PLAY": _play,
    "PAUSE": _pause,
    "TEARDOWN": _tear_down,
    "GET_PARAMETER": _parameter,
    "SET_PARAMETER": _parameter,
}
PUBLIC = ("Public", ", ".join(METHODS))


def _meant(request: Request, caller: Caller) -> tuple[Camera, Track | None]:
    found = caller.house.find(request.path)
    if found is None:
        raise _RefusalError(404)
    return found


def _session_name(request: Request) -> str:
    return request.headers.get("session", "").partition(";")[0].strip()


def _session(request: Request, caller: Caller) -> Session:
    session = caller.house.sessions.get(_session_name(request))
    if session is None:
        raise _RefusalError(454)
    session.heard()
    return session


def _session_header(session: Session, caller: Caller) -> tuple[str, str]:
    return "Session", f"{session.name};timeout={caller.house.session_s}"
