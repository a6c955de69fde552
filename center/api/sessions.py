"""Who is signed in.

Knows: tokens, cookies' contents, and when a session ends.
Refuses to know: what a person may do (see core/access.py).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from center.site import OperatorSettings, Site

SESSION_S = 12 * 3600.0
MAX_SESSIONS = 5_000
COOKIE = "rtcc_session"


class Session(NamedTuple):
    operator: OperatorSettings
    expires_s: float


class Sessions:
    """Sessions live in memory and end with the process, after a shift, or at sign-out. `seconds` is a monotonic
    clock."""

    def __init__(self, site: Site, seconds: Callable[[], float]) -> None:
        self._people = {operator.operator: operator for operator in site.operators}
        self._simulated = site.site.simulated
        self._seconds = seconds
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def demo_people(self) -> list[OperatorSettings] | None:
        """The people anyone may sign in as; None on a real site, which has none."""
        if not self._simulated:
            return None
        return [person for person in self._people.values() if person.token_sha256 is None]

    def sign_in(self, operator: str, token: str | None) -> str | None:
        """A session's secret, or None. Without a token only demo people of a simulated site come in."""
        person = self._people.get(operator)
        if person is None:
            return None
        if person.token_sha256 is None:
            if not self._simulated:
                return None
        else:
            given = hashlib.sha256((token or "").encode()).hexdigest()
            if not hmac.compare_digest(given, person.token_sha256.lower()):
                return None
        while len(self._sessions) >= MAX_SESSIONS:
            self._sessions.popitem(last=False)
        secret = secrets.token_urlsafe(32)
        self._sessions[secret] = Session(person, self._seconds() + SESSION_S)
        return secret

    def who(self, secret: str | None) -> OperatorSettings | None:
        session = self._sessions.get(secret or "")
        if session is None:
            return None
        if session.expires_s <= self._seconds():
            self.sign_out(secret)
            return None
        return session.operator

    def sign_out(self, secret: str | None) -> None:
        self._sessions.pop(secret or "", None)
