"""Cameras to viewers.

Knows: which names the rest of the center uses; `RelayProcess` is the whole of the relay to it.
Refuses to know: everything else.
"""

from center.relay.media import Clip, KeptFrame, KeptGop, Track
from center.relay.messages import CameraState, Changed, Limits, Refused, Source, Viewing, Words
from center.relay.process import RelayProcess

__all__ = [
    "CameraState",
    "Changed",
    "Clip",
    "KeptFrame",
    "KeptGop",
    "Limits",
    "Refused",
    "RelayProcess",
    "Source",
    "Track",
    "Viewing",
    "Words",
]
