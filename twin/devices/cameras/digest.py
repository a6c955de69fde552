"""Signing in without sending a password: HTTP's Digest, as RTSP uses it.

Knows: RFC 2617 (MD5, with and without qop) and RFC 7616 (SHA-256), from a server's side; that a nonce ages.
Refuses to know: requests and sockets.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from twin.devices.cameras.rtsp_text import path_of

Answer: TypeAlias = Literal["granted", "refused", "stale"]

NONCE_S = 600
_PART = re.compile(r'([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))', re.IGNORECASE)
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Digest:
    """`users`: passwords by name. `secret` is the server's own, under its nonces. `now_s` runs and never goes back."""

    def __init__(self, realm: str, users: Mapping[str, str], secret: bytes) -> None:
        self._realm = realm
        self._users = users
        self._secret = secret

    def challenges(self, now_s: float, *, stale: bool = False) -> list[str]:
        """Values of WWW-Authenticate, the stronger first: a client that takes the last one it sees knows MD5."""
        nonce, again = self._nonce(int(now_s)), ", stale=true" if stale else ""
        return [
            f'Digest realm="{self._realm}", nonce="{nonce}", algorithm=SHA-256, qop="auth"{again}',
            f'Digest realm="{self._realm}", nonce="{nonce}", algorithm=MD5{again}',
        ]

    def check(self, header: str, method: str, uri: str, now_s: float) -> Answer:
        """Whether the Authorization `header` of a request proves that its sender knows a password."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != "digest":
            return "refused"
        said = {name.lower(): quoted or bare for name, quoted, bare in _PART.findall(rest)}
        made = _HASHES.get(said.get("algorithm", "MD5").upper())
        password = self._users.get(said.get("username", ""))
        if made is None or password is None or said.get("realm") != self._realm:
            return "refused"
        if not self._covers(said.get("uri", ""), uri):
            return "refused"

        def digest(text: str) -> str:
            return made(text.encode()).hexdigest()

        secret = digest(f"{said['username']}:{self._realm}:{password}")
        asked = digest(f"{method}:{said['uri']}")
        nonce = said.get("nonce", "")
        if said.get("qop") == "auth":
            proof = digest(f"{secret}:{nonce}:{said.get('nc', '')}:{said.get('cnonce', '')}:auth:{asked}")
        else:
            proof = digest(f"{secret}:{nonce}:{asked}")
        if not hmac.compare_digest(proof, said.get("response", "").lower()):
            return "refused"
        return "granted" if self._is_fresh(nonce, int(now_s)) else "stale"

    def _covers(self, signed: str, uri: str) -> bool:
        """A client may sign for the whole presentation and ask for a track of it."""
        try:
            above, below = path_of(signed), path_of(uri)
        except ValueError:
            return False
        return above == below or below.startswith(f"{above}/")

    def _nonce(self, issued_s: int) -> str:
        return f"{issued_s:x}." + hmac.new(self._secret, str(issued_s).encode(), hashlib.sha256).hexdigest()[:32]

    def _is_fresh(self, nonce: str, now_s: int) -> bool:
        try:
            issued_s = int(nonce.partition(".")[0], 16)
        except ValueError:
            return False
        return hmac.compare_digest(nonce, self._nonce(issued_s)) and 0 <= now_s - issued_s < NONCE_S
