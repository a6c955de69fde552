"""Who is signed in.

Knows: tokens, cookies' contents, when a session ends and why, and who must be told when it does.
Refuses to know: what a person may do (see core/access.py), and how a provider knows them (see openid.py).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar

from center.core.events import Micros
from center.site import Site
from center.site_sign_in import OperatorSettings

MAX_SESSIONS = 5_000
MAX_EACH = 500
LOOK_S = 1.0
"""How long a socket may outlive its session when the machine has slept."""
COOKIE, SECURE_COOKIE = "rtcc_session", "__Host-rtcc_session"
"""The second under TLS: no neighbour's name and no page without TLS can have put it there (RFC 6265bis, 4.1.3)."""


TOO_LONG = "its hours are over"
IDLE = "nothing was done for too long"
CROWDED = "there were too many"


class Session:
    """One browser of one person's. `session` is what others call it; nobody comes in by that. `since` and `last_at` are
    of the center's clock, `last_act` is what its person asked the door for last. `over` is set when it ends before its
    time."""

    def __init__(
        self, operator: OperatorSettings, until_s: float, idle_until_s: float, address: str, since: Micros
    ) -> None:
        self.session = secrets.token_hex(6)
        self.operator = operator
        self.address = address
        self.since = since
        self.last_act = ""
        self.last_at = since
        self.until_s = until_s
        self.idle_until_s = idle_until_s
        self.over = asyncio.Event()

    @property
    def ends_s(self) -> float:
        return min(self.until_s, self.idle_until_s)

    def did(self, act: str, at: Micros) -> None:
        self.last_act, self.last_at = act, at


ACTING: ContextVar[Session | None] = ContextVar("acting", default=None)
"""Whose request is being answered."""


class Sessions:
    """Sessions live in memory and end with the process, some hours after the sign-in, when nothing is done for a while,
    or at sign-out. `seconds` is a monotonic clock."""

    def __init__(self, site: Site, seconds: Callable[[], float]) -> None:
        self._people = {operator.operator: operator for operator in site.operators}
        self._simulated = site.site.simulated
        self._by_provider = site.sign_in.issuer is not None
        self._session_s = float(site.sign_in.session_s)
        self._idle_s = float(site.sign_in.idle_s)
        self.seconds = seconds
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._ended: OrderedDict[str, str] = OrderedDict()
        """Why, by the digest of what was the session's secret: its browser asks."""

    @property
    def session_s(self) -> float:
        return self._session_s

    def demo_people(self) -> list[OperatorSettings] | None:
        """The people anyone may sign in as; None on a real site, which has none."""
        if not self._simulated:
            return None
        return [person for person in self._people.values() if person.token_sha256 is None]

    def known(self, operator: str) -> OperatorSettings | None:
        return self._people.get(operator)

    def by_token(self, operator: str, token: str | None) -> OperatorSettings | None:
        """Who may come in with this token. Without one only demo people of a simulated site, and only where no provider
        stands before them."""
        person = self._people.get(operator)
        known = (person.token_sha256 if person else None) or ""
        given = hashlib.sha256((token or "").encode()).hexdigest()
        fits = hmac.compare_digest(given, known.lower())  # also of nobody's: who is known here takes no time to learn
        if person is not None and not known:
            return person if self._simulated and not self._by_provider else None
        return person if fits else None

    def open(self, person: OperatorSettings, instead_of: str | None, address: str, at: Micros) -> str:
        """A new session's secret. The session that the browser had until now ends, as does a person's oldest when they
        have too many."""
        self.sign_out(instead_of)
        theirs = self._of(person.operator)
        for secret in theirs[: max(0, len(theirs) - MAX_EACH + 1)]:
            self.sign_out(secret, CROWDED)
        while len(self._sessions) >= MAX_SESSIONS:
            self.sign_out(next(iter(self._sessions)), CROWDED)
        secret = secrets.token_urlsafe(32)
        now_s = self.seconds()
        self._sessions[secret] = Session(person, now_s + self._session_s, now_s + self._idle_s, address, at)
        return secret

    def session(self, secret: str | None, *, acts: bool = True) -> Session | None:
        """The session in force; `acts`: its person has just done something, so that it is not idle."""
        session = self._sessions.get(secret or "")
        if session is None:
            return None
        now_s = self.seconds()
        if session.ends_s <= now_s:
            self.sign_out(secret, TOO_LONG if session.until_s <= now_s else IDLE)
            return None
        if acts:
            session.idle_until_s = now_s + self._idle_s
        return session

    def living(self) -> list[Session]:
        """Those in force, the oldest first."""
        return [session for secret in tuple(self._sessions) if (session := self.session(secret, acts=False))]

    def is_here(self, operator: str) -> bool:
        """Whether a person has a session in force."""
        return any(session.operator.operator == operator for session in self.living())

    def why_over(self, secret: str | None) -> str:
        """Why a session has ended of which the browser still has the secret; empty where nobody knows, or it left."""
        return self._ended.get(_digest(secret), "") if secret else ""

    def who(self, secret: str | None) -> OperatorSettings | None:
        session = self.session(secret)
        return session.operator if session else None

    async def ended(self, secret: str) -> None:
        """Returns when the session is over, whyever."""
        while (session := self.session(secret, acts=False)) is not None:
            try:
                async with asyncio.timeout(min(max(session.ends_s - self.seconds(), 0.001), LOOK_S)):
                    await session.over.wait()
            except TimeoutError:
                continue

    def sign_out(self, secret: str | None, why: str = "") -> OperatorSettings | None:
        """Whose session has ended by this. `why` is for its browser, where that is not what ends it."""
        session = self._sessions.pop(secret or "", None)
        if session is None:
            return None
        if why:
            self._ended[_digest(secret or "")] = why
            while len(self._ended) > MAX_SESSIONS:
                self._ended.popitem(last=False)
        session.over.set()
        return session.operator

    def sign_out_everywhere(self, operator: str, why: str) -> int:
        """How many sessions of a person's have ended by this."""
        theirs = self._of(operator)
        for secret in theirs:
            self.sign_out(secret, why)
        return len(theirs)

    def end(self, session: str, why: str) -> bool:
        """Ends the one that others call so; whether there was one."""
        secret = next((secret for secret, one in self._sessions.items() if one.session == session), None)
        return self.sign_out(secret, why) is not None

    def _of(self, operator: str) -> list[str]:
        return [secret for secret, session in self._sessions.items() if session.operator.operator == operator]


def cookie(*, is_secure: bool) -> str:
    return SECURE_COOKIE if is_secure else COOKIE


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
