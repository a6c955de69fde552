"""What every part of a scenario is made of.

Knows: that a key which nobody knows is a mistake, how tags are written, and kinds of numbers and names.
Refuses to know: what may happen, and what may be expected (see schema).
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Moment = Annotated[float, Meta(ge=0, le=30 * 86_400, description="seconds since the scenario's start")]
Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Many = Annotated[int, Meta(ge=0, le=10_000)]


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that nobody knows is a mistake, not a comment."""


class Happens(Strict, frozen=True, kw_only=True, tag_field="do", tag=_dashed):
    """`at_s`: when it begins."""

    at_s: Moment


class Expects(Strict, frozen=True, kw_only=True, tag_field="what", tag=_dashed):
    """Something that is to hold in the end."""
