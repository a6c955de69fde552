"""`[community]` of the site file: where owners of community cameras come to, and who they are.

Knows: the shape of the table, and what the core is told of it: where an owner's camera is, and nothing else.
Refuses to know: who was asked for what. Names and addresses of owners stand in the office's own register; here they
have a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from center.addresses import wrong_address
from center.core.roster import RosterOwner
from center.site_sign_in import is_network

SHARED_WHEN_ASKED = ("asked", "on-request", "per-incident")
"""Consents of cameras that an owner may share when they are asked."""


class OwnerSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[community.owners]]`: somebody who has registered a camera that stands `at` [lat, lon]. Their app signs in
    with a token whose hexadecimal SHA-256 is `token_sha256`, and signs what it sends with the Ed25519 key whose public
    half is `key`. Who has no app has no key, comes to the portal's page by a link of their own (`center owner-link`),
    and the token is what that holds. `camera` is the `[[cameras]]` row with consent `asked`,
    `on-request` or `per-incident` that they may share live."""

    owner: str
    at: tuple[float, float]
    token_sha256: str
    key: str = ""
    camera: str = ""


class CommunitySettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`[community]`: owners' apps come in at `listen`, which is open to the outside and serves nothing else, by TLS
    with `tls_certificate` (and its chain) and `tls_key`, PEM files relative to the site file; where a proxy ends TLS
    instead, `public` says what people type (`https://cameras.example`), and `proxies`, addresses or networks, who may
    say where people come from. A clip has at most `most_mb` megabytes and
    lasts at most `most_s` seconds; all that wait together have at most `hold_mb`."""

    listen: str
    public: str | None = None
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    tls_certificate: str | None = None
    tls_key: str | None = None
    most_mb: float = 64.0
    most_s: float = 300.0
    hold_mb: float = 4096.0
    owners: tuple[OwnerSettings, ...] = ()

    @property
    def believed(self) -> tuple[str, ...]:
        """Who is believed about where people come from: nobody, where nobody stands before us."""
        return self.proxies if self.public is not None and self.tls_certificate is None else ()

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by TLS only."""
        return self.tls_certificate is not None or (self.public or "").startswith("https://")

    def link(self, token: str) -> str:
        """Where an owner without an app comes in. What stands behind the sign is sent to nobody: a browser keeps it,
        and a proxy, a log and the next page never see it."""
        address = self.public or f"{'https' if self.is_secure else 'http'}://{self.listen}"
        return f"{address.rstrip('/')}/owner#{token}"


def rostered(community: CommunitySettings | None) -> tuple[RosterOwner, ...]:
    """What the core learns of owners."""
    owners = community.owners if community else ()
    return tuple(RosterOwner(one.owner, *one.at, one.camera) for one in owners)


def wrong_community(community: CommunitySettings | None, consents: Mapping[str, str | None]) -> Iterator[str]:
    """What is wrong beyond types. `consents` by camera."""
    if community is None:
        return
    yield from wrong_address("community.listen", community.listen)
    if community.public is not None and not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+/?", community.public):
        yield f"community.public: {community.public!r} is not http(s)://host[:port]"
    for proxy in community.proxies:
        if not is_network(proxy):
            yield f"community.proxies: {proxy!r} is no address and no network"
    if (community.tls_certificate is None) != (community.tls_key is None):
        yield "community: tls_certificate and tls_key go together"
    for key in ("most_mb", "most_s", "hold_mb"):
        if not getattr(community, key) > 0:
            yield f"community.{key}: found {getattr(community, key)}, expected a number above 0"
    taken: set[str] = set()
    for index, one in enumerate(community.owners):
        where = f"community.owners[{index}]"
        yield from _wrong_owner(where, one)
        for name in (one.owner, one.token_sha256.lower()):
            if name in taken:
                yield f"{where}: the owner or the token of another"
            taken.add(name)
        if one.camera and consents.get(one.camera) not in SHARED_WHEN_ASKED:
            yield f"{where}.camera: {one.camera!r} is no camera with consent {', '.join(SHARED_WHEN_ASKED)}"


def _wrong_owner(where: str, one: OwnerSettings) -> Iterator[str]:
    if not one.owner or not one.owner.isascii() or not one.owner.isprintable() or " " in one.owner:
        yield f"{where}.owner: {one.owner!r} is no name without spaces"
    if not (abs(one.at[0]) <= 90 and abs(one.at[1]) <= 180):
        yield f"{where}.at: found {list(one.at)}, expected [latitude, longitude] in degrees"
    for key, value in (("token_sha256", one.token_sha256), ("key", one.key or "0" * 64)):
        if not re.fullmatch("[0-9a-fA-F]{64}", value):
            yield f"{where}.{key}: not 64 hexadecimal digits"
