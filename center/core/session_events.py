"""What happens at the door of the room.

Knows: the shape of the fact that a session began, ended, or was not given.
Refuses to know: how anybody proved who they are, and everything that proves it.
"""

from __future__ import annotations

from center.core.fact import Event


class SessionChanged(Event, frozen=True, kw_only=True):
    """`what` is opened, refused or ended, or crowded (one page more was refused to somebody who has so many open
    already), hurried (somebody reads faster than any page does) or guessed (too many wrong tokens at the community's
    portal); `operator` whom it is about, as far as anybody knows; `address` where they came from; `why`, for the audit
    trail, why not, or why it ended. `cameras_close`: nobody sits before what they had open any more, or may not."""

    operator: str
    what: str
    address: str = ""
    why: str = ""
    cameras_close: bool = False
