"""Address points, as an assessor's office publishes them.

Knows: where every address is, and which kinds of burglary it can be about.
Refuses to know: how many live or park there, who they are, and how likely it is to happen to them.
"""

from __future__ import annotations

import numpy as np

from twin.sim.crime_risk import USES_OF
from twin.sim.geometry import Plane
from twin.sim.homes import Homes


def csv(homes: Homes, plane: Plane) -> bytes:
    """Columns `lat`, `lon`, and 0 or 1 for each kind."""
    every = np.arange(len(homes))
    marks = np.stack([np.isin(every, homes.of(*uses)) for uses in USES_OF.values()], axis=1).astype(int).tolist()
    rows = [",".join(("lat", "lon", *USES_OF))]
    for xy, row in zip(homes.xy.tolist(), marks, strict=True):
        lat, lon = plane.latlon(*xy)
        rows.append(f"{lat:.5f},{lon:.5f},{','.join(map(str, row))}")
    return "\n".join((*rows, "")).encode()
