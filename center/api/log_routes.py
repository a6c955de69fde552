"""The routes of the watch log: reading it, taking it along as text, and writing a line.

Knows: paths, bodies, and how a line is worded for paper.
Refuses to know: what is worth a line (see core/watch_log.py), and who may read or write one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from center.api import bodies
from center.api.board import encode
from center.api.front import FrontHere, Who
from center.api.routes import BEHIND, REFUSED, SIZES, STRANGER
from center.core import called
from center.core.picture import Picture
from center.core.watch_log import Entry

log = APIRouter(prefix="/api/log", tags=["watch log"], responses={**STRANGER, **REFUSED, **BEHIND})


class Line(bodies.Act):
    """`about` is the number of the call, alert or unit that it is about, if any."""

    text: bodies.Line
    about: bodies.Id | None = None


@log.get("", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_log(front: FrontHere, who: Who) -> Response:
    """Every line that is kept, oldest first; of what comes of lists that are kept from the person there is none."""
    await front.ask(who, "log.read", "log", bodies.Act())
    return Response(encode(_seen(front, who)), media_type="application/json")


@log.get(".txt", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def get_log_as_text(front: FrontHere, who: Who) -> Response:
    """The same as a file of text, in the site's time."""
    await front.ask(who, "log.read", "log as text", bodies.Act())
    site = front.assembly.site.site
    zone = ZoneInfo(site.timezone)
    lines = [f"Watch log, {site.name}{' (SIMULATED)' if site.simulated else ''}", ""]
    picture = front.assembly.center.picture
    lines += (worded(line, zone, picture) for line in _seen(front, who))
    headers = {"Content-Disposition": 'attachment; filename="watch-log.txt"'}
    return Response("\n".join(lines) + "\n", media_type="text/plain; charset=utf-8", headers=headers)


@log.post("", responses=SIZES)
async def write(body: Line, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "log.write", "log", body, text=body.text, about=body.about)
    return bodies.Granted()


def _seen(front: FrontHere, who: Who) -> list[Entry]:
    withheld = front.withheld(who)
    entries = front.assembly.center.picture.log.entries
    return [line for line in entries if line.hotlist not in withheld]


def worded(line: Entry, zone: ZoneInfo, picture: Picture) -> str:
    """One line of the log as one line of text, whatever was typed, with the names that people use."""
    at = datetime.fromtimestamp(line.at / 1e6, UTC).astimezone(zone)
    said = " ".join(line.text.split())
    who = called.person(line.operator, picture) or "-"
    about = _about(line, picture)
    return f"{at:%Y-%m-%d %H:%M:%S %Z}  {who:<18}  {line.what:<18}  {about:<24}  {said}".rstrip()


def _about(line: Entry, picture: Picture) -> str:
    """Of an alert nothing: its own lines have its words, and who writes of one by its number may not know it."""
    if line.subject in picture.alerts.alerts:
        return ""
    if line.subject in picture.site.cameras:
        return called.camera(line.subject, picture)
    return called.person(called.matter(line.subject, picture), picture)
