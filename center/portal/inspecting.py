"""What an owner's clip is, found out by a process of its own.

Knows: which containers and codecs are taken, how long a clip may be, and how to make one still of it.
Refuses to know: whose it is. Demuxers and decoders are native code and a stranger's file is not to be trusted: one made
to crash them takes this process with it and nothing else, and the process may neither grow nor go on for ever.

    python -m center.portal.inspecting FILE MOST-SECONDS    writes what it found to standard output, as MessagePack
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from center.jpeg import jpeg

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

PATIENCE_S = 20.0
MOST_MEMORY = 3 << 30
CODECS = ("h264", "hevc", "av1", "vp9")
SOUND = ("aac", "opus", "mp3", "pcm_mulaw", "pcm_alaw")
MOST_PIXELS = 4096 * 2304


class Found(msgspec.Struct, frozen=True):
    """With `why`, why it is not taken, nothing else is said. `still` is a JPEG."""

    why: str = ""
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    codec: str = ""
    still: bytes = b""


_decode = msgspec.msgpack.Decoder(Found).decode
UNREADABLE = Found(why="it is no video that can be read")
LONG = Found(why="it took too long to look at")


async def found_in(path: Path, most_s: float) -> Found:
    """What another process finds; never raises for what is in the file."""
    process = await asyncio.create_subprocess_exec(
        *_command(path, most_s), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
    except TimeoutError:
        return LONG
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return _told(said)


def found_now(path: Path, most_s: float) -> Found:
    """The same, and the caller waits: for centers on a clock that is not the wall's."""
    return _told(subprocess.run(_command(path, most_s), capture_output=True, check=False).stdout)  # noqa: S603


def _command(path: Path, most_s: float) -> list[str]:
    return [sys.executable, "-m", "center.portal.inspecting", str(path), f"{most_s:g}"]


def _told(said: bytes) -> Found:
    try:
        return _decode(said)
    except msgspec.DecodeError:
        return UNREADABLE


# --- in the other process ---------------------------------------------------------------------------------------------


def main(path: str, most_s: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (round(PATIENCE_S), round(PATIENCE_S)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.stdout.buffer.write(msgspec.msgpack.encode(_look(path, most_s)))


def _look(path: str, most_s: float) -> Found:
    import av

    try:
        with av.open(path, format="mp4", options={"protocol_whitelist": "file", "enable_drefs": "0"}) as container:
            return _unfit(container) or _measured(container, most_s)
    except (av.FFmpegError, ValueError, MemoryError, OverflowError):
        return UNREADABLE


def _unfit(container: InputContainer) -> Found | None:
    """One video, at most one sound, nothing else: no attachment, no data, no second picture behind the first."""
    video, sound = container.streams.video, container.streams.audio
    if len(video) != 1 or len(sound) > 1 or len(container.streams) != len(video) + len(sound):
        return Found(why="it must hold one video, at most one sound and nothing else")
    if video[0].codec_context.name not in CODECS:
        return Found(why=f"its video must be one of {', '.join(CODECS)}")
    if any(one.codec_context.name not in SOUND for one in sound):
        return Found(why=f"its sound must be one of {', '.join(SOUND)}")
    if not 0 < video[0].width * video[0].height <= MOST_PIXELS:
        return Found(why=f"its pictures must have at most {MOST_PIXELS} pixels")
    return None


def _measured(container: InputContainer, most_s: float) -> Found:
    """Every packet is looked at: what a header says of its length, anybody can write there."""
    stream = container.streams.video[0]
    first = last = None
    for packet in container.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        at = float(packet.pts * packet.time_base)
        first = at if first is None else min(first, at)
        last = at if last is None else max(last, at)
        if last - first > most_s:
            return Found(why=f"it must last at most {most_s:g} s")
    if first is None or last is None:
        return Found(why="it shows nothing")
    container.seek(0)
    picture = _middle(container, stream, first + (last - first) / 2)
    if picture is None:
        return UNREADABLE
    name = stream.codec_context.name
    return Found("", round(last - first, 2), picture.width, picture.height, name, jpeg(picture))


def _middle(container: InputContainer, stream: VideoStream, at: float) -> VideoFrame | None:
    """The picture at that moment; the first one that can be decoded has to do where there is none."""
    stream.codec_context.thread_count = 1
    shown = None
    for picture in container.decode(stream):
        shown = picture
        if picture.time is None or picture.time >= at:
            break
    return shown


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
