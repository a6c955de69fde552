"""The operators' page: a TypeScript program of its own, and `build`, which makes it into files to serve.

Knows: where the finished page is. Refuses to know: who serves it.
"""

from __future__ import annotations

from pathlib import Path

DIST = Path(__file__).parent / "dist"
"""The finished page: `index.html` and its assets, to be served from `/`. Absent until `build.ensure()` has run once."""
