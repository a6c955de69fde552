"""The site's map for the page.

Knows: the GeoJSON file of the site and how far it reaches.
Refuses to know: what is drawn how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_MAP_BYTES = 64 * 1024 * 1024
EMPTY = b'{"type":"FeatureCollection","features":[]}'


class SiteMap:
    """`geojson` as served; `bounds` are west, south, east, north in degrees of all there is, or None for no map."""

    def __init__(self, path: Path | None) -> None:
        """Raises ValueError that names the file."""
        self.geojson = EMPTY
        self.bounds: tuple[float, float, float, float] | None = None
        if path is None:
            return
        try:
            if path.stat().st_size > MAX_MAP_BYTES:
                raise ValueError(f"larger than {MAX_MAP_BYTES} bytes")
            self.geojson = path.read_bytes()
            points = list(_points(json.loads(self.geojson)["features"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: not a GeoJSON FeatureCollection: {error!r}") from error
        if points:
            lons, lats = [p[0] for p in points], [p[1] for p in points]
            self.bounds = (min(lons), min(lats), max(lons), max(lats))


def _points(features: list[dict[str, Any]]) -> Iterator[tuple[float, float]]:
    """Every vertex of the boundary, or of everything where there is none."""
    boundary = [f for f in features if (f.get("properties") or {}).get("layer") == "boundary"]
    for feature in boundary or features:
        stack = [(feature.get("geometry") or {}).get("coordinates") or []]
        while stack:
            item = stack.pop()
            if item and isinstance(item[0], (int, float)):
                yield float(item[0]), float(item[1])
            else:
                stack.extend(item)
