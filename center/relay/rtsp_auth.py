"""Signing in to a camera: Digest (RFC 7616, and RFC 2069 for old ones) and Basic.

Knows: the answers to challenges, and which challenge is the best of several.
Refuses to know: where name and password come from. Neither is ever part of a message to people.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import unquote, urlsplit, urlunsplit

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')
_HASHES: dict[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}
_MOST_CHALLENGES = 8


def split_url(url: str) -> tuple[str, str, str]:
    """The address without credentials, the name and the password. Raises ValueError."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    return bare, unquote(parts.username or ""), unquote(parts.password or "")


class SignIn:
    """Answers for one session; the challenge stays, so that later requests are signed at once."""

    def __init__(self, name: str, password: str) -> None:
        self._name = name
        self._password = password
        self._challenge: Mapping[str, str] | None = None
        self._hash: Callable[[bytes], str] | None = None
        self._count = 0

    def challenged(self, challenges: Sequence[str]) -> bool:
        """Whether one of them can be answered; the strongest is, and Basic only where nothing else is offered."""
        best = -1
        for challenge in challenges[:_MOST_CHALLENGES]:
            scheme, _, rest = challenge.partition(" ")
            said = {key.lower(): quoted or plain for key, quoted, plain in _PARAMETER.findall(rest)}
            algorithm = said.get("algorithm", "MD5").upper()
            if scheme.lower() == "digest" and algorithm in _HASHES and "nonce" in said:
                rank = 1 + list(_HASHES).index(algorithm)
                digest = _HASHES[algorithm]
            elif scheme.lower() == "basic":
                rank, digest = 0, None
            else:
                continue
            if rank > best:
                best, self._challenge, self._hash, self._count = rank, said, digest, 0
        return best >= 0 and bool(self._name)

    def header(self, method: str, url: str) -> str | None:
        """The Authorization header's value; None before a challenge."""
        said = self._challenge
        if said is None:
            return None
        if self._hash is None:
            both = f"{self._name}:{self._password}".encode()
            return f"Basic {base64.b64encode(both).decode()}"
        return self._digest(said, self._hash, method, url)

    def _digest(self, said: Mapping[str, str], digest: Callable[[bytes], str], method: str, url: str) -> str:
        realm, nonce = said.get("realm", ""), said["nonce"]
        first = digest(f"{self._name}:{realm}:{self._password}".encode())
        second = digest(f"{method}:{url}".encode())
        fields = {"username": self._name, "realm": realm, "nonce": nonce, "uri": url}
        plain = {}
        if "auth" in [word.strip() for word in said.get("qop", "").split(",")]:
            self._count += 1
            count, own = f"{self._count:08x}", secrets.token_hex(8)
            fields |= {"cnonce": own}
            plain = {"qop": "auth", "nc": count}
            fields["response"] = digest(f"{first}:{nonce}:{count}:{own}:auth:{second}".encode())
        else:
            fields["response"] = digest(f"{first}:{nonce}:{second}".encode())
        if "opaque" in said:
            fields["opaque"] = said["opaque"]
        if "algorithm" in said:
            plain["algorithm"] = said["algorithm"]
        quoted = [f'{key}="{value}"' for key, value in fields.items()]
        return "Digest " + ", ".join([*quoted, *(f"{key}={value}" for key, value in plain.items())])
