"""The training issuer: an OpenID provider that lets anybody in as any of the demo people.

Knows: discovery, the page where one says who one is, codes with PKCE, ID tokens signed with ES256, and its keys
(OpenID Connect Core and Discovery 1.0, RFC 6749, RFC 7517, RFC 7519, RFC 7636).
Refuses to know: passwords; it has none, which is why only a simulated site may believe it. Sockets are issuer_http's.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_plus, urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

CODE_FOR_S = 60.0
TOKEN_FOR_S = 300
MAX_CODES = 1_000
KEYS_KEPT = 2
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Training sign-in</title>
<h1>Training sign-in</h1><p>SIMULATED. Nobody here exists. Who do you want to be?</p><ul>{people}</ul></html>"""


class Page(NamedTuple):
    """An answer. `onward` is where it sends a browser."""

    status: int
    body: bytes
    kind: str = "application/json"
    onward: str = ""


class Code(NamedTuple):
    person: str
    redirect: str
    challenge: str
    nonce: str
    until_s: float


class Key(NamedTuple):
    kid: str
    private: ec.EllipticCurvePrivateKey


class Issuer:
    """At `address` (`http://host:port`), for one client. `people` are rows of a site file's `[[operators]]`. `clock`
    tells the wall's seconds."""

    def __init__(
        self,
        address: str,
        people: Sequence[Mapping[str, str]],
        *,
        client_id: str,
        client_secret: str,
        redirect: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.address = address
        self._people = {person["operator"]: person for person in people}
        self._client = (client_id, client_secret)
        self._redirect = redirect
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._keys: list[Key] = []
        self.rotate()

    def rotate(self) -> None:
        """From now on sign with a new key; the one before is still published."""
        kid = secrets.token_hex(8)
        self._keys = [Key(kid, ec.generate_private_key(ec.SECP256R1())), *self._keys][:KEYS_KEPT]

    def get(self, path: str, query: Mapping[str, str]) -> Page:
        if path == "/.well-known/openid-configuration":
            return _json(self._discovery())
        if path == "/keys":
            return _json({"keys": [_public(key) for key in self._keys]})
        if path == "/authorize":
            return self._authorize(query)
        return _json({"error": "not_found"}, 404)

    def post(self, path: str, form: Mapping[str, str], authorization: str) -> Page:
        """The token endpoint: a code, once, for whoever can prove that they asked for it."""
        if path != "/token":
            return _json({"error": "not_found"}, 404)
        if not secrets.compare_digest(_basic(authorization), ":".join(self._client).encode()):
            return _json({"error": "invalid_client"}, 401)
        code = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        if (
            form.get("grant_type") != "authorization_code"
            or code is None
            or code.until_s < self._clock()
            or code.redirect != form.get("redirect_uri")
            or code.challenge != _unpadded(hashlib.sha256(verifier.encode()).digest())
        ):
            return _json({"error": "invalid_grant"}, 400)
        token = self.signed(self.claims(code.person, code.nonce))
        return _json({"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": token})

    def claims(self, person: str, nonce: str) -> dict[str, Any]:
        now = int(self._clock())
        known = self._people[person]
        return {
            "iss": self.address,
            "aud": self._client[0],
            "sub": person,
            "iat": now,
            "exp": now + TOKEN_FOR_S,
            "nonce": nonce,
            "preferred_username": person,
            "name": known["name"],
            "roles": [known.get("role", "operator")],
            "agency": known["agency"],
        }

    def signed(self, claims: Mapping[str, Any]) -> str:
        """A compact JWS (RFC 7515), its signature the two numbers one behind the other (RFC 7518, section 3.4)."""
        key = self._keys[0]
        header = {"alg": "ES256", "kid": key.kid, "typ": "JWT"}
        said = ".".join(_unpadded(json.dumps(part).encode()) for part in (header, claims))
        r, s = decode_dss_signature(key.private.sign(said.encode(), ec.ECDSA(SHA256())))
        return f"{said}.{_unpadded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _authorize(self, asked: Mapping[str, str]) -> Page:
        """Back with a code at once for whoever has said on the center's page who they are; else a page that asks."""
        if asked.get("client_id") != self._client[0] or asked.get("redirect_uri") != self._redirect:
            return _json({"error": "invalid_request"}, 400)
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return self._back(asked, {"error": "invalid_request"})
        person = asked.get("login_hint", "")
        if person not in self._people:
            return self._asking(asked)
        code = secrets.token_urlsafe(24)
        while len(self._codes) >= MAX_CODES:
            del self._codes[next(iter(self._codes))]
        self._codes[code] = Code(
            person, self._redirect, asked.get("code_challenge", ""), asked.get("nonce", ""), self._clock() + CODE_FOR_S
        )
        return self._back(asked, {"code": code})

    def _back(self, asked: Mapping[str, str], said: Mapping[str, str]) -> Page:
        said = {**said, "state": asked.get("state", ""), "iss": self.address}
        return Page(303, b"", "text/plain", f"{self._redirect}?{urlencode(said)}")

    def _asking(self, asked: Mapping[str, str]) -> Page:
        rows = []
        for name, person in self._people.items():
            there = html.escape(f"/authorize?{urlencode({**asked, 'login_hint': name})}")
            who = html.escape(f"{person['name']}, {person.get('role', 'operator')}, {person['agency']}")
            rows.append(f'<li><a href="{there}">{who}</a></li>')
        return Page(200, PAGE.format(people="".join(rows)).encode(), "text/html; charset=utf-8")


def _public(key: Key) -> dict[str, str]:
    numbers = key.private.public_key().public_numbers()
    x, y = (_unpadded(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": key.kid, "x": x, "y": y}


def _basic(authorization: str) -> bytes:
    """Name and secret of a client (RFC 6749, section 2.3.1)."""
    try:
        pair = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except ValueError:
        return b""
    return ":".join(unquote_plus(part) for part in pair.split(":", 1)).encode()


def _json(said: object, status: int = 200) -> Page:
    return Page(status, json.dumps(said).encode())


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
