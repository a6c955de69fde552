"""Pictures that come inside messages.

Knows: that they are JPEGs, perhaps in base64, how large one may be, and how many may wait to be taken away.
Refuses to know: what they show.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from center.ingest.feed import Attachment

MAX_PICTURE_BYTES = 256 * 1024
MAX_WAITING_BYTES = 64 << 20
REF_CHARS = 32

_JPEG_START = b"\xff\xd8\xff"


class Pictures:
    """The pictures one feed has found and nobody has taken yet."""

    def __init__(self, largest_bytes: int = MAX_PICTURE_BYTES) -> None:
        self._largest_bytes = largest_bytes
        self._waiting: dict[str, Attachment] = {}
        self._waiting_bytes = 0

    def add(self, text: str) -> str:
        """The ref of a picture given in base64 (RFC 4648; a `data:` URL's head is skipped). Raises ValueError when it
        is not a JPEG, is too large, or too many are waiting."""
        if len(text) > self._largest_bytes * 4 // 3 + 128:
            raise ValueError(f"picture larger than {self._largest_bytes} bytes")
        if text.startswith("data:"):
            text = text.partition(",")[2]
        return self.add_jpeg(_from_base64(text))

    def add_jpeg(self, data: bytes) -> str:
        """The same of a picture that is no text."""
        if not data.startswith(_JPEG_START):
            raise ValueError("picture is not a JPEG")
        if len(data) > self._largest_bytes:
            raise ValueError(f"picture larger than {self._largest_bytes} bytes")
        ref = sha256(data).hexdigest()[:REF_CHARS]
        if ref not in self._waiting:
            if self._waiting_bytes + len(data) > MAX_WAITING_BYTES:
                raise ValueError("too many pictures are waiting to be taken")
            self._waiting_bytes += len(data)
            self._waiting[ref] = Attachment(ref, "image/jpeg", data)
        return ref

    def take(self) -> Sequence[Attachment]:
        taken = tuple(self._waiting.values())
        self._waiting.clear()
        self._waiting_bytes = 0
        return taken


def _from_base64(text: str) -> bytes:
    """RFC 4648, section 4. msgspec takes a quarter of the standard library's time, but minds about bits that are set
    behind the end, which section 3.5 lets a decoder overlook."""
    try:
        return msgspec.convert(text, bytes)
    except ValueError:
        pass
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise ValueError("picture is not base64") from None
