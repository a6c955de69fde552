"""The center's key: what it signs, nobody else can have said.

Knows: an Ed25519 key in a file of its own, how it is made, and how a signature is checked.
Refuses to know: what is signed, and why.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "signing.key"


class SigningKey:
    """The key of a folder; `public` is its public half, hexadecimal."""

    def __init__(self, folder: Path, seed: bytes | None = None) -> None:
        """The key is made at the first start, readable by nobody else, with its public half beside it; of 32 bytes
        `seed`, where the same run must give the same files. Raises OSError, ValueError for a broken key."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / NAME
        self.is_new = not self.path.exists()
        if self.is_new:
            _make(self.path, seed)
        key = serialization.load_pem_private_key(self.path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{self.path}: not an Ed25519 key")
        self._key = key
        self.public = _public(key.public_key())

    def sign(self, said: bytes) -> str:
        return self._key.sign(said).hex()


def is_signed(key: str, said: bytes, signature: str) -> bool:
    """Whether the holder of `key` (public, hexadecimal) has said this."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), said)
    except (ValueError, InvalidSignature):
        return False
    return True


def _make(path: Path, seed: bytes | None) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    path.with_suffix(".pub").write_text(_public(key.public_key()) + "\n")


def _public(key: Ed25519PublicKey) -> str:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()
