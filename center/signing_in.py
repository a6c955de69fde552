"""From the site file's `[sign_in]`, `[api]` and `[community]` to a provider that can be asked and listeners that can be
believed.

Knows: where their secrets and files lie.
Refuses to know: how either is used. A secret is read once, kept in memory, and shown to nobody but the provider.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

from center import tls
from center.api.openid import OpenId
from center.api.openid_http import asker
from center.site import SiteError
from center.site_community import CommunitySettings
from center.site_sign_in import ApiSettings, SignInSettings
from center.wiring import secret

MAX_SECRET_BYTES = 4_096


def provider(settings: SignInSettings, folder: Path, seconds: Callable[[], float]) -> OpenId | None:
    """None where nobody but tokens lets people in. Raises SiteError."""
    if settings.issuer is None:
        return None
    word = secret(settings.client_secret)
    if settings.client_secret_file is not None:
        path = folder / settings.client_secret_file
        try:
            word = path.read_bytes()[:MAX_SECRET_BYTES].decode().strip()
        except (OSError, UnicodeDecodeError):
            raise SiteError(f"sign_in.client_secret_file: {path} cannot be read") from None
    return OpenId(settings, word, asker(), seconds)


def served_by(table: str, at: ApiSettings | CommunitySettings | None, folder: Path) -> ssl.SSLContext | None:
    """None where what listens comes without TLS. `table` is its name in the site file. Raises SiteError."""
    if at is None or at.tls_certificate is None or at.tls_key is None:
        return None
    try:
        return tls.server(folder / at.tls_certificate, folder / at.tls_key)
    except ValueError as error:
        raise SiteError(f"{table}: {error}") from None
