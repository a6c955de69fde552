"""What cameras showed, kept as evidence.

Knows: which piece of which camera was to be kept for which incident, by whom and why, and what became of it.
Refuses to know: pictures, files and signatures (see store/evidence).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core.camera_events import ClipKept
from center.core.effects import Effect, KeepClip, Notify, Reply
from center.core.events import MINUTE, Micros, OperatorActed
from center.core.findings import Granted

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_LONG = 10 * MINUTE
MAX_CLIPS = 5_000


class Clip(msgspec.Struct, gc=False):
    """`state`: asked, kept, or failed with `trouble`. `start` and `end` are those of the file once it is kept."""

    clip: str
    camera: str
    incident: str
    operator: str
    reason: str
    asked_at: Micros
    start: Micros
    end: Micros
    state: str = "asked"
    size: int = 0
    sha256: str = ""
    trouble: str = ""


class ClipsSlice(msgspec.Struct):
    """Clips by id, oldest first, and their ids by incident. Which are forgotten here stay on disk, and in the
    journal."""

    clips: dict[str, Clip] = {}
    of: dict[str, list[str]] = {}


def of_incident(incident: str, picture: Picture) -> list[Clip]:
    return [picture.clips.clips[clip] for clip in picture.clips.of.get(incident, ())]


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Keep a piece of a camera, once the door has let the operator through."""
    if event.act != "clip.keep" or not any(isinstance(f, Granted) for f in picture.found):
        return
    start, end = _micros(event.details.get("start", "")), _micros(event.details.get("end", ""))
    why = _objection(event.case or "", start, end, picture)
    if why or start is None or end is None:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    keep = KeepClip(
        id=picture.mint("k"),
        camera=event.subject,
        incident=event.case or "",
        operator=event.operator,
        reason=event.reason or "",
        asked_at=picture.now,
        start=start,
        end=end,
    )
    clip = Clip(keep.id, keep.camera, keep.incident, keep.operator, keep.reason, picture.now, keep.start, keep.end)
    _file(clip, picture.clips)
    yield keep
    yield _show(clip, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=keep.id)


def _file(clip: Clip, here: ClipsSlice) -> None:
    here.clips[clip.clip] = clip
    here.of.setdefault(clip.incident, []).append(clip.clip)
    while len(here.clips) > MAX_CLIPS:
        gone = here.clips.pop(next(iter(here.clips)))
        here.of[gone.incident].remove(gone.clip)
        if not here.of[gone.incident]:
            del here.of[gone.incident]


def _micros(text: str) -> Micros | None:
    """A moment as it stands in an act's details, which hold words."""
    return Micros(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _objection(incident: str, start: Micros | None, end: Micros | None, picture: Picture) -> str:
    if incident not in picture.incidents.incidents:
        return f"there is no incident {incident}"
    if start is None or end is None or start >= end:
        return "a clip ends after it begins"
    if end - start > MAX_LONG:
        return f"a clip is at most {MAX_LONG // MINUTE} minutes long"
    return "what has not happened yet cannot be kept" if start >= picture.now else ""


def kept(event: ClipKept, picture: Picture) -> Iterator[Effect]:
    clip = picture.clips.clips.get(event.answers)
    if clip is None or clip.state != "asked":
        return
    clip.state, clip.trouble = ("failed" if event.trouble else "kept"), event.trouble
    clip.size, clip.sha256 = event.size, event.sha256
    clip.start = event.start if event.start is not None else clip.start
    clip.end = event.end if event.end is not None else clip.end
    yield _show(clip, picture)


def _show(clip: Clip, picture: Picture) -> Notify:
    """A clip is shown with its incident."""
    incident = picture.incidents.incidents.get(clip.incident)
    revision = incident.revision if incident else 0
    return Notify(id=picture.mint("n"), topic="incident", subject=clip.incident, revision=revision, headline="clip")
