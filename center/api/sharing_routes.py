"""The routes by which the room shares with agencies that have joined, and takes back what it shared.

Knows: their paths and body.
Refuses to know: what such an agency is shown of it (see shown.py).
"""

from __future__ import annotations

from fastapi import APIRouter

from center.api import bodies
from center.api.front import FrontHere, Who
from center.api.routes import BEHIND, REFUSED, SIZES, STRANGER

sharing = APIRouter(prefix="/api", tags=["sharing"], responses={**STRANGER, **REFUSED, **SIZES, **BEHIND})


class Share(bodies.Act):
    agency: bodies.Id
    reason: bodies.Line


@sharing.post("/incidents/{incident}/share")
async def share(incident: bodies.Id, body: Share, front: FrontHere, who: Who) -> bodies.Granted:
    """Show an incident to an agency that has joined; what it is, where, and whether it goes on."""
    await front.ask(who, "incident.share", incident, body, reason=body.reason, agency=body.agency)
    return bodies.Granted()


@sharing.post("/incidents/{incident}/unshare")
async def unshare(incident: bodies.Id, body: Share, front: FrontHere, who: Who) -> bodies.Granted:
    """Take an incident back: it leaves that agency's pages at once. Who has seen it stands in its changes."""
    await front.ask(who, "incident.unshare", incident, body, reason=body.reason, agency=body.agency)
    return bodies.Granted()
