"""Cameras to viewers: `RelayProcess` is what the rest of the center sees of it."""

from center.relay.media import Clip, KeptFrame, KeptGop, Track
from center.relay.messages import CameraState, Changed, Limits, Refused, Source, Viewing
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
]
