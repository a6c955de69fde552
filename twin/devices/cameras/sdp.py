"""What a camera says it sends: SDP, and the tracks behind it.

Knows: RFC 4566 as far as cameras use it, and the payload types of H.264, PCMU and KLV.
Refuses to know: sockets, sessions, pictures.
"""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple

from twin.devices.cameras.h264 import parameter_sets
from twin.devices.cameras.things import CameraFacts, Shot, What


class Track(NamedTuple):
    """`rate`: ticks a second of its RTP clock. `control`: its name behind the camera's path."""

    what: What
    payload_type: int
    rate: int
    control: str


VIDEO = Track("video", 96, 90_000, "trackID=0")
SOUND = Track("sound", 0, 8_000, "trackID=0")
METADATA = Track("metadata", 98, 90_000, "trackID=1")


def tracks_of(facts: CameraFacts) -> tuple[Track, ...]:
    """A microphone is heard, an aeroplane's camera says where it looks, all others are only seen: listening is a right
    of its own."""
    if facts.kind == "microphone":
        return (SOUND,)
    return (VIDEO, METADATA) if facts.kind == "aircraft" else (VIDEO,)


def sdp(facts: CameraFacts, shot: Shot | None, host: str, session: int) -> bytes:
    """The description of a camera that listens at `host`. `shot`: how it films, unless it only listens."""
    family = "IP6" if ":" in host else "IP4"
    lines = [
        "v=0",
        f"o=- {session} 1 IN {family} {host}",
        f"s={facts.name or facts.camera}",
        f"c=IN {family} {host}",
        "t=0 0",
        "a=tool:parish camera",
        "a=control:*",
        "a=range:npt=now-",
    ]
    for track in tracks_of(facts):
        lines += [*_media(track, shot), f"a=control:{track.control}"]
    return "\r\n".join([*lines, ""]).encode()


def _media(track: Track, shot: Shot | None) -> list[str]:
    number = track.payload_type
    if track.what == "sound":
        return [f"m=audio 0 RTP/AVP {number}", f"a=rtpmap:{number} PCMU/{track.rate}/1"]
    if track.what == "metadata":
        return [f"m=application 0 RTP/AVP {number}", f"a=rtpmap:{number} smpte336m/{track.rate}"]
    assert shot is not None
    sps, pps = parameter_sets(shot)
    sprop = ",".join(b64encode(nal).decode() for nal in (sps, pps))
    return [
        f"m=video 0 RTP/AVP {number}",
        f"b=AS:{shot.kbps}",
        f"a=rtpmap:{number} H264/{track.rate}",
        f"a=fmtp:{number} packetization-mode=1;profile-level-id={sps[1:4].hex().upper()};sprop-parameter-sets={sprop}",
        f"a=framesize:{number} {shot.width}-{shot.height}",
        f"a=framerate:{shot.fps}",
    ]
