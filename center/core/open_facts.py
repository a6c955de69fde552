"""What anybody may read on a social network, as facts.

Knows: the shape of a public post, and how much of it is believed at a time.
Refuses to know: how it is fetched (center/open_sources.py), who wrote it in truth, and what follows from it.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from center.core.fact import Answer, Micros

MOST_POSTS = 50
Line: TypeAlias = Annotated[str, Meta(max_length=120)]


class Post(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`account` is the name of who posted, `shown` what stands beside it; `place` is what they say, with a point where
    they gave one."""

    post: Line
    account: Line
    at: Micros
    text: Annotated[str, Meta(max_length=500)]
    shown: Line = ""
    place: Line = ""
    lat: float | None = None
    lon: float | None = None


class PostsFound(Answer, frozen=True, kw_only=True):
    """Public posts, the newest first; `more`: there are others. With `trouble`, why there are none."""

    posts: tuple[Post, ...] = ()
    more: bool = False
    trouble: str = ""
