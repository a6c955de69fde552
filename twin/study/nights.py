"""Where the studies meet the center: the surface that its forecast makes, night after night.

Knows: which of the center's classes that is.
Refuses to know: what a study does with it.
"""

from center.nightly import Nightly

__all__ = ["Nightly"]
