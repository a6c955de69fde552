"""TLS as the site file asks for it.

Knows: which files make a server or a client that can be believed, and that nothing older than TLS 1.2 is spoken.
Refuses to know: what goes over it.
"""

from __future__ import annotations

import ssl
from pathlib import Path

OLDEST = ssl.TLSVersion.TLSv1_2


def server(certificate: Path, key: Path) -> ssl.SSLContext:
    """A listener with this certificate (and its chain). Raises ValueError that names the file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = OLDEST
    _load(context, certificate, key)
    return context


def client(authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Whoever calls, believing the system's authorities or only `authority`, and shows `certificate` where there is
    one. The other side's name is checked. Raises ValueError that names the file."""
    try:
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"{authority}: {_said(error)}") from None
    context.minimum_version = OLDEST
    if certificate is not None:
        _load(context, certificate, key or certificate)
    return context


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    for path in (certificate, key):
        if not path.is_file():
            raise ValueError(f"{path}: no such file")
    try:
        context.load_cert_chain(certificate, key, password="")  # a key with a password would ask for it on a terminal
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"{certificate}, {key}: {_said(error)}") from None


def _said(error: OSError | ssl.SSLError) -> str:
    return error.reason or str(error) if isinstance(error, ssl.SSLError) else error.strerror or str(error)
