"""Owners who have come to the page by their link, for as long as they stay.

Knows: a secret of each browser, whose it is, and what it is told next.
Refuses to know: what anybody answers. It writes nothing down: who has looked is nobody's to know.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable

from center.site_community import OwnerSettings

LASTS_S = 4 * 3600.0
MOST = 2_000


class Visit:
    """`said` is the sentence that the next page begins with, `is_wrong` when it tells of something that was not
    taken."""

    def __init__(self, owner: OwnerSettings, until_s: float) -> None:
        self.owner = owner
        self.until_s = until_s
        self.said = ""
        self.is_wrong = False

    def tell(self, said: str, *, is_wrong: bool = False) -> None:
        self.said, self.is_wrong = said, is_wrong

    def told(self) -> tuple[str, bool]:
        """What is to be said, once."""
        told = self.said, self.is_wrong
        self.said, self.is_wrong = "", False
        return told


class Visits:
    """`seconds` is a monotonic clock. Of more than MOST the oldest is over."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._here: OrderedDict[str, Visit] = OrderedDict()

    def begin(self, owner: OwnerSettings) -> str:
        """The secret that its browser keeps."""
        secret = secrets.token_urlsafe(24)
        self._here[secret] = Visit(owner, self._seconds() + LASTS_S)
        while len(self._here) > MOST:
            self._here.popitem(last=False)
        return secret

    def of(self, secret: str) -> Visit | None:
        visit = self._here.get(secret)
        if visit is not None and visit.until_s < self._seconds():
            del self._here[secret]
            return None
        return visit

    def end(self, secret: str) -> None:
        self._here.pop(secret, None)


def new_token() -> str:
    """What a link holds: 130 bits, in letters and digits that can be read aloud and typed."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(26))


def typed(text: str) -> str:
    """A token as somebody types it, in whatever case and groups."""
    return "".join(text.split()).replace("-", "").lower()
