"""What a scenario may say of the parish's social network.

Knows: what somebody posts that has to do with what happens.
Refuses to know: who it is, in which words, and who searches for it.
"""

from __future__ import annotations

from typing import Literal

from twin.scenarios.parts import Happens, Name, Positive


class Publish(Happens, frozen=True, kw_only=True):
    """Somebody posts on the parish's social network (`world: {posts: true}`). `shown-off`: the stolen `car`, which
    happens above, from where it is then, with the end of its plate in the picture. `takeover`: that cars will meet in a
    street of `place`, `in_s` later. `threat`: to somebody at `place`. What is not `public` is for friends, and no
    search finds it. Searches that find it name it in the truth log."""

    name: Name
    says: Literal["shown-off", "takeover", "threat"]
    car: Name | None = None
    place: str | None = None
    in_s: Positive = 3_600.0
    public: bool = True
