"""What cameras showed, kept as evidence.

Knows: which piece of which camera was to be kept for which incident, by whom and why, and what became of it.
Refuses to know: pictures, files and signatures (see store/evidence).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import heard
from center.core.camera_events import ClipKept
from center.core.effects import Effect, KeepClip, Notify, Reply
from center.core.events import MINUTE, Micros, OperatorActed
from center.core.findings import Granted

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_LONG = 10 * MINUTE
MAX_CLIPS = 5_000
RULE = "rule/"
"""How the name of a rule begins that has had a clip kept, where otherwise a person's stands."""


class Clip(msgspec.Struct, gc=False):
    """`state`: asked, kept, or failed with `trouble`. `start` and `end` are those of the file once it is kept.
    `incident` is what it is evidence of: an incident or a stop, or of a clip that a rule had kept a unit. `unit`: the
    one that the camera is on."""

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
    unit: str = ""


class ClipsSlice(msgspec.Struct):
    """Clips by id, oldest first, and their ids by what they are evidence of, and by the unit that the camera is on.
    Which are forgotten here stay on disk, and in the journal."""

    clips: dict[str, Clip] = {}
    of: dict[str, list[str]] = {}
    on: dict[str, list[str]] = {}


def of_incident(incident: str, picture: Picture) -> list[Clip]:
    return [picture.clips.clips[clip] for clip in picture.clips.of.get(incident, ())]


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Keep a piece of a camera, once the door has let the operator through."""
    if event.act != "clip.keep" or not any(isinstance(f, Granted) for f in picture.found):
        return
    start, end = _micros(event.details.get("start", "")), _micros(event.details.get("end", ""))
    case = picture.incidents.by_call.get(event.case or "", event.case or "")
    why = _objection(case, start, end, picture)
    if why or start is None or end is None:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    keep = KeepClip(
        id=picture.mint("k"),
        camera=event.subject,
        incident=case,
        operator=event.operator,
        reason=event.reason or "",
        asked_at=picture.now,
        start=start,
        end=end,
        heard=heard.during(event.subject, start, end, picture),
    )
    yield from asked(keep, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=keep.id)


def asked(keep: KeepClip, picture: Picture) -> Iterator[Effect]:
    """What is to be kept, whoever decided it."""
    clip = Clip(keep.id, keep.camera, keep.incident, keep.operator, keep.reason, picture.now, keep.start, keep.end)
    rostered = picture.site.cameras.get(keep.camera)
    clip.unit = (rostered.unit if rostered else None) or ""
    _file(clip, picture.clips)
    yield keep
    yield from _show(clip, picture)


def given(clip: Clip, picture: Picture) -> Iterator[Effect]:
    """A clip that somebody outside has given, and a moderator let through."""
    _file(clip, picture.clips)
    yield from _show(clip, picture)


def is_by_rule(clip: Clip) -> bool:
    """Whether no person had it kept."""
    return clip.operator.startswith(RULE)


def _file(clip: Clip, here: ClipsSlice) -> None:
    here.clips[clip.clip] = clip
    here.of.setdefault(clip.incident, []).append(clip.clip)
    if clip.unit:
        here.on.setdefault(clip.unit, []).append(clip.clip)
    while len(here.clips) > MAX_CLIPS:
        forget(next(iter(here.clips)), here)


def forget(name: str, here: ClipsSlice) -> None:
    """Let a clip go, here; the file and the journal are others' business."""
    gone = here.clips.pop(name)
    for by, key in ((here.of, gone.incident), (here.on, gone.unit)):
        if key in by:
            by[key].remove(name)
            if not by[key]:
                del by[key]


def _micros(text: str) -> Micros | None:
    """A moment as it stands in an act's details, which hold words."""
    return Micros(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _objection(case: str, start: Micros | None, end: Micros | None, picture: Picture) -> str:
    if case not in picture.incidents.incidents and case not in picture.stops.stops:
        return f"there is no call or stop {case}"
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
    yield from _show(clip, picture)


def _show(clip: Clip, picture: Picture) -> Iterator[Notify]:
    """A clip is shown with its incident, and with the unit that the camera is on."""
    incident = picture.incidents.incidents.get(clip.incident)
    shown = [("incident", clip.incident, incident.revision)] if incident else []
    shown += [("unit", clip.unit, 0)] if clip.unit else []
    for topic, subject, revision in shown:
        yield Notify(id=picture.mint("n"), topic=topic, subject=subject, revision=revision, headline="clip")
