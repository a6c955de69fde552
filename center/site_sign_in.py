"""`[sign_in]`, `[api]` and `[[operators]]` of the site file: who may come in, by which door, and for how long.

Knows: the shape of these tables, and what makes a provider, an address or a session one that nobody should run with.
Refuses to know: how somebody signs in (see api/openid.py), and what they may do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from center.addresses import wrong_address
from center.core.roster import Role
from center.site_table import Table

HOUR_S = 3600
LOOPBACK = ("127.0.0.1", "::1", "localhost")
CALLBACK = "/api/session/callback"


class ApiSettings(Table):
    """`[api]`: where operators connect. Port 0 takes any free one. `tls_certificate` (with its chain) and `tls_key` are
    PEM files, relative to the site file; where a proxy ends TLS instead, `public` says what people type
    (`https://rtcc.example`), and `proxies`, addresses or networks, who may say where people come from. `pages_each`:
    how many one person may have open at once."""

    listen: str = "127.0.0.1:8000"
    public: str | None = None
    tls_certificate: str | None = None
    tls_key: str | None = None
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    pages_each: Annotated[int, msgspec.Meta(ge=1, le=500)] = 20

    @property
    def believed(self) -> tuple[str, ...]:
        """Who is believed about where people come from: nobody, where nobody stands before us."""
        return self.proxies if self.public is not None else ()

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by TLS only."""
        return self.tls_certificate is not None or (self.public or "").startswith("https://")


class OperatorSettings(Table):
    """`[[operators]]`. People sign in by the provider of `[sign_in]`. `token_sha256` is the hex SHA-256 of a token that
    lets its holder in without one: for a site that has none, and for the hour when it cannot be reached. Who has none
    can come in without a provider on a simulated site only."""

    operator: str
    name: str
    agency: str
    role: Role = "operator"
    token_sha256: str | None = None


class SignInSettings(Table):
    """`[sign_in]`: an OpenID provider, and how long a session lasts.

    `issuer` is its address as it names itself; `client_id` and `client_secret` (or a file with it,
    `client_secret_file`) are what it calls this center; `redirect` is the address it sends people back to, whose path
    is CALLBACK. `prompt` is what it shall do with somebody who is still signed in there: by default have them prove
    anew who they are, for desks are shared; "" leaves it to the provider. `person` names the claim that holds the
    operator's sign-in name. Where `roles` (or `agency`) names a claim, it must hold the role (the agency) that the
    operator has here, or the word that `[sign_in.called]` gives for it: so the provider can take a role away, and
    never give one. `training` is the twin's issuer, which anybody may use as anybody. `session_s` after the sign-in a
    session is over, `idle_s` after the last thing its person did."""

    issuer: str | None = None
    client_id: str = "rtcc"
    client_secret: str | None = None
    client_secret_file: str | None = None
    redirect: str | None = None
    scope: str = "openid profile"
    prompt: Literal["login", "select_account", ""] = "login"
    person: str = "preferred_username"
    roles: str | None = None
    agency: str | None = None
    called: dict[str, str] = {}  # noqa: RUF012  # a struct's default is copied
    training: bool = False
    session_s: Annotated[int, msgspec.Meta(ge=60, le=12 * HOUR_S)] = 8 * HOUR_S
    idle_s: Annotated[int, msgspec.Meta(ge=60, le=4 * HOUR_S)] = HOUR_S


def wrong_sign_in(
    api: ApiSettings, sign_in: SignInSettings, operators: Sequence[OperatorSettings], *, simulated: bool
) -> Iterator[str]:
    """Nothing, or sentences that begin with the place."""
    yield from wrong_address("api.listen", api.listen)
    if (api.tls_certificate is None) != (api.tls_key is None):
        yield "api: tls_certificate and tls_key go together"
    if api.public is not None and not _is_origin(api.public):
        yield f"api.public: {api.public!r} is not http(s)://host[:port]"
    for proxy in api.proxies:
        if not is_network(proxy):
            yield f"api.proxies: {proxy!r} is no address and no network"
    if not simulated and not api.is_secure and api.listen.rpartition(":")[0].strip("[]") not in LOOPBACK:
        yield "api.listen: others reach it, so a real site needs TLS: tls_certificate, or public where a proxy ends it"
    yield from _wrong_provider(sign_in, simulated=simulated)
    for index, operator in enumerate(operators):
        token = operator.token_sha256
        if token is None and not simulated and sign_in.issuer is None:
            yield f"operators[{index}].token_sha256: missing, and there is no provider to sign in with ([sign_in])"
        if token is not None and not re.fullmatch("[0-9a-fA-F]{64}", token):
            yield f"operators[{index}].token_sha256: not 64 hexadecimal digits; printf %s TOKEN | sha256sum makes them"


def _wrong_provider(sign_in: SignInSettings, *, simulated: bool) -> Iterator[str]:
    if sign_in.training and not simulated:
        yield "sign_in.training: only a simulated site may let anybody in as anybody"
    if sign_in.issuer is None:
        if sign_in.training:
            yield "sign_in.issuer: missing; sign_in.training says how far to trust it"
        return
    told: Mapping[str, str | None] = {"issuer": sign_in.issuer, "redirect": sign_in.redirect}
    for key, url in told.items():
        if url is None:
            yield f"sign_in.{key}: missing; a provider must know where to send people back to"
        elif not _is_trusted(urlsplit(url), simulated=simulated):
            yield f"sign_in.{key}: {url!r} is not https://host/…, as all but a simulated site on loopback need"
    if sign_in.redirect and urlsplit(sign_in.redirect).path != CALLBACK:
        yield f"sign_in.redirect: its path must be {CALLBACK}"
    if "openid" not in sign_in.scope.split():
        yield "sign_in.scope: without openid there is no sign-in"
    if sign_in.client_secret and sign_in.client_secret_file:
        yield "sign_in: client_secret and client_secret_file say the same thing twice"


def _is_trusted(url: SplitResult, *, simulated: bool) -> bool:
    plain = url.scheme == "http" and simulated and url.hostname in LOOPBACK
    return bool(url.hostname) and not url.fragment and not url.query and (url.scheme == "https" or plain)


def is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _is_origin(text: str) -> bool:
    url = urlsplit(text)
    return url.scheme in ("http", "https") and bool(url.hostname) and url.path in ("", "/") and not url.query
