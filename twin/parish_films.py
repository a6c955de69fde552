"""Cameras in the site file of a center for this parish: where each is reached, and when what it remembers is kept.

Knows: the table of a camera in a center's `site.toml`, and with whom the parish's cameras talk.
Refuses to know: the center's code, and what cameras see.
"""

from __future__ import annotations

from typing import Any

from twin.devices.cameras.things import CameraFacts

CAMERA_USER, CAMERA_PASSWORD = "rtcc", "parish-of-the-twin"
"""With whom the parish's cameras talk. It guards pictures of nobody."""
KEEP_ON = ["emergency", "crash", "pursuit", "code-3", "stop-silent"]
"""The sheriff has the minute before kept by itself, whatever happens to a car."""


def film(facts: CameraFacts, at: str) -> dict[str, Any]:
    """A camera's table; its server is `at`."""
    table = {
        "id": facts.camera,
        "name": facts.name,
        "kind": facts.kind,
        "url": film_url(facts.camera, at),
        "events": film_url(f"{facts.camera}/events", at, "http") if facts.kind == "dash" else None,
        "unit": facts.unit,
        "agency": facts.agency,
        "at": None if facts.lat is None else [facts.lat, facts.lon],
        "heading": facts.heading_deg,
        "view_deg": facts.view_deg,
        "range_m": facts.range_m,
        "owner": facts.owner,
        "consent": facts.consent,
    }
    return {key: value for key, value in table.items() if value is not None}


def film_url(camera: str, at: str, scheme: str = "rtsp") -> str:
    return f"{scheme}://{CAMERA_USER}:{CAMERA_PASSWORD}@{at}/{camera}"
