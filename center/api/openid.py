"""Signing in by an OpenID provider: the authorisation code flow with PKCE (OpenID Connect, RFC 7636, RFC 9207).

Knows: where a provider says its doors are, what it is asked, and when its word about a person can be believed.
Refuses to know: sockets (see openid_http.py), who is known here, and what becomes of a person who is.

Every word of a provider is taken from a signed ID token that was made for this center and for this one sign-in, or,
where that leaves something out, from what the provider itself answers about the same person; nothing that came through
the person's browser is believed but for finding that sign-in again.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from center.api.openid_http import Ask, UnreachedError
from center.site_sign_in import SignInSettings

ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
DISCOVERY = "/.well-known/openid-configuration"
DISCOVERED_FOR_S = 3600.0
REFETCH_S = 30.0
"""Keys of which nobody has heard are asked for at most so often: a forged token must not make us a nuisance."""
LEEWAY_S = 30
OLDEST_TOKEN_S = 600
PENDING_FOR_S = 600.0
MAX_PENDING = 1_000
MAX_TOKEN_CHARS = 16 << 10


class SignInError(Exception):
    """Nobody was signed in. `said` is for the person, `why` for the audit trail, `who` whom the provider meant, where
    it got so far."""

    def __init__(self, said: str, why: str = "", who: str = "") -> None:
        super().__init__(said)
        self.said = said
        self.why = why or said
        self.who = who


class Doors(NamedTuple):
    """What discovery tells of a provider."""

    authorization: str
    token: str
    keys: str
    person: str
    """Where it tells about a person; empty where it does not."""
    posts_secret: bool


class Begun(NamedTuple):
    """A sign-in under way: what only this center knows of it. `browser` is the cookie of whoever began it."""

    browser: str
    nonce: str
    verifier: str
    until_s: float


class Redeemed(NamedTuple):
    """What a code was good for."""

    identity: str
    access: str


class Start(NamedTuple):
    """Where to send a person, and the cookie that they come back with."""

    url: str
    browser: str


class OpenId:
    """One provider. `seconds` is a monotonic clock, `wall` the world's: a token's times are the provider's."""

    def __init__(
        self,
        settings: SignInSettings,
        secret: str | None,
        ask: Ask,
        seconds: Callable[[], float],
        wall: Callable[[], float] = time.time,
    ) -> None:
        assert settings.issuer is not None
        assert settings.redirect is not None
        self.issuer = settings.issuer
        self.redirect = settings.redirect
        self._settings = settings
        self._secret = secret
        self._ask = ask
        self._seconds = seconds
        self._wall = wall
        self._doors: tuple[float, Doors] | None = None
        self._keys: KeySet | None = None
        self._keys_asked_s = -REFETCH_S
        self._begun: OrderedDict[str, Begun] = OrderedDict()

    async def begin(self, person: str | None) -> Start:
        """A sign-in begins; `person` is whom the provider may offer. Raises SignInError."""
        doors = await self._discovered()
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        while len(self._begun) >= MAX_PENDING:
            self._begun.popitem(last=False)
        self._begun[state] = Begun(browser, nonce, verifier, self._seconds() + PENDING_FOR_S)
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.redirect,
            "scope": self._settings.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": _unpadded(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        asked |= {"prompt": self._settings.prompt} if self._settings.prompt else {}
        asked |= {"login_hint": person} if person else {}
        return Start(f"{doors.authorization}{'&' if '?' in doors.authorization else '?'}{urlencode(asked)}", browser)

    async def finish(self, browser: str | None, said: dict[str, str]) -> dict[str, Any]:
        """What the provider says of the person whom it has sent back with the parameters `said`. Raises SignInError."""
        begun = self._begun.pop(said.get("state", ""), None)
        if begun is None and "state" not in said and "error" in said:  # some forget it when they refuse
            raise _refused(said)
        if begun is None or begun.until_s <= self._seconds():
            raise SignInError("This sign-in has been used already, or took too long.", "state unknown, used or expired")
        if not secrets.compare_digest(begun.browser.encode(), (browser or "").encode()):
            raise SignInError("This sign-in was begun in another browser.", "state of another browser")
        if said.get("iss", self.issuer) != self.issuer:
            raise SignInError("The answer came from another provider.", "iss of another provider")
        if "error" in said or not said.get("code"):
            raise _refused(said)
        redeemed = await self._redeemed(said["code"], begun.verifier)
        claims = await self._believed(redeemed.identity, begun.nonce)
        wanted = (self._settings.person, self._settings.roles, self._settings.agency)
        if all(claim is None or claim in claims for claim in wanted):
            return claims
        return await self._told(claims["sub"], redeemed.access) | claims

    async def _told(self, person: str, access: str) -> dict[str, Any]:
        """What the provider tells of a person besides (OpenID Connect Core 1.0, section 5.3): a provider that gives an
        access token need not put into the ID token what a scope asks for (section 5.4), and careful ones do not."""
        doors = await self._discovered()
        if not doors.person or not access:
            return {}
        said = await self._asked(doors.person, None, {"Authorization": f"Bearer {access}"})
        if said.get("sub") != person:
            raise SignInError("The provider's word about you was about somebody else.", "userinfo of another sub")
        return said

    async def _redeemed(self, code: str, verifier: str) -> Redeemed:
        """What a code is exchanged for."""
        doors = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "client_id": self._settings.client_id,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._secret and doors.posts_secret:
            form["client_secret"] = self._secret
        elif self._secret:
            pair = urlencode({self._settings.client_id: self._secret}).replace("=", ":", 1)
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        answer = await self._asked(doors.token, urlencode(form).encode(), headers)
        token = answer.get("id_token")
        if not isinstance(token, str) or len(token) > MAX_TOKEN_CHARS:
            raise SignInError("The provider's answer is not one.", "no ID token")
        access = answer.get("access_token")
        if not isinstance(access, str) or not access.isascii() or not access.isprintable():
            access = ""
        return Redeemed(token, access if len(access) <= MAX_TOKEN_CHARS else "")

    async def _believed(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token (OpenID Connect Core 1.0, section 3.1.3.7)."""
        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
            keys = await self._with_key(kid)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # EdDSA has a new name, and providers go on using the old one
                claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            now = int(self._wall())
            registry = JWTClaimsRegistry(
                now=now,
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self.issuer},
                sub={"essential": True},
                aud={"essential": True, "value": self._settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            why = f"{type(error).__name__}: {error}"[:200]
            raise SignInError("The provider's word about you could not be believed.", why) from None
        if claims["iat"] < now - OLDEST_TOKEN_S:
            raise SignInError("The provider's word about you is old.", "iat too long ago")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", self._settings.client_id) != self._settings.client_id or (
            len(audiences) > 1 and "azp" not in claims
        ):
            raise SignInError("The provider's word about you was for somebody else.", "azp is another client")
        return claims

    async def _with_key(self, kid: object) -> KeySet:
        """The provider's keys; asked for anew when none of them is the one that signed."""
        known = self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys))
        if not known and self._seconds() - self._keys_asked_s >= REFETCH_S:
            self._keys_asked_s = self._seconds()
            said = await self._asked((await self._discovered()).keys)
            listed = [
                key
                for key in said.get("keys", ())
                if isinstance(key, dict) and key.get("kty") != "oct" and key.get("use", "sig") == "sig"
            ]
            self._keys = KeySet.import_key_set({"keys": listed})
        if self._keys is None:
            raise SignInError("The provider's keys are not known yet. Try again soon.", "no keys")
        return self._keys

    async def _discovered(self) -> Doors:
        """Where the provider's doors are (OpenID Connect Discovery 1.0)."""
        if self._doors is not None and self._seconds() - self._doors[0] < DISCOVERED_FOR_S:
            return self._doors[1]
        said = await self._asked(self.issuer.rstrip("/") + DISCOVERY)
        if said.get("issuer") != self.issuer:
            raise SignInError("The provider calls itself something else.", "issuer differs from the site file's")
        urls = [said.get(key) for key in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        person = said.get("userinfo_endpoint", "")
        if not all(isinstance(url, str) and self._is_trusted(url) for url in (*urls, *([person] if person else []))):
            raise SignInError("The provider's addresses cannot be trusted.", "an endpoint without TLS, or none")
        if "S256" not in said.get("code_challenge_methods_supported", ["S256"]):
            raise SignInError("The provider does not do what a sign-in needs.", "no PKCE with S256")
        ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        authorization, token, keys = map(str, urls)
        doors = Doors(authorization, token, keys, person, "client_secret_basic" not in ways)
        self._doors = (self._seconds(), doors)
        return doors

    def _is_trusted(self, url: str) -> bool:
        """TLS, or no worse than the issuer itself, which the site file vouches for."""
        there, issuer = urlsplit(url), urlsplit(self.issuer)
        return there.scheme == "https" or (there.scheme, there.hostname) == (issuer.scheme, issuer.hostname)

    async def _asked(
        self, url: str, form: bytes | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            return await self._ask(url, form, headers or {})
        except UnreachedError as error:
            raise SignInError(f"You cannot be signed in now: {error}.", str(error)) from None


def _refused(said: dict[str, str]) -> SignInError:
    """The provider has sent somebody back without a code."""
    word = "".join(c for c in said.get("error", "no code") if c.isalnum() or c in "_- ")[:60]
    return SignInError("The provider did not sign you in.", f"the provider refused: {word}")


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
