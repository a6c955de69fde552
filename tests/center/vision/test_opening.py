"""Pictures from outside: what is refused, and that nothing is decoded before it is known to be small."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import cv2
import numpy as np
import pytest

from center.vision import opening
from center.vision.opening import UnreadableError, opened, size_of


def picture(width: int = 64, height: int = 48) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)


def packed(ending: str, width: int = 64, height: int = 48) -> bytes:
    return cv2.imencode(ending, picture(width, height))[1].tobytes()


def png_bomb(width: int, height: int) -> bytes:
    """A well-formed PNG of black pixels: a few kilobytes that unfold to gigabytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    squeezer = zlib.compressobj(9)
    row = b"\0" * (1 + width)
    body = b"".join(squeezer.compress(row) for _ in range(height)) + squeezer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".bmp"])
def test_a_header_tells_the_size_that_decoding_finds(ending: str) -> None:
    data = packed(ending, 97, 33)
    assert size_of(data) == (97, 33)
    assert opened(data).shape == (33, 97, 3)


def test_a_hundred_megapixels_are_refused_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder is never asked: here it would raise something else."""
    bomb = png_bomb(10_000, 10_000)
    assert len(bomb) < 500_000
    monkeypatch.setattr(opening.cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    with pytest.raises(UnreadableError, match="10000 x 10000 pixels"):
        opened(bomb)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no bytes"),
        (b"hello, this is no picture at all", "not a JPEG"),
        (packed(".jpg")[:40], "broken JPEG"),
        (packed(".png")[:60], "broken picture"),
        (packed(".jpg", 8, 8), "too few"),
        (cv2.imencode(".jpg", np.full((99, 99, 3), 70, np.uint8))[1].tobytes(), "blank"),
        (cv2.imencode(".jpg", np.full((99, 99, 3), (200, 60, 30), np.uint8))[1].tobytes(), "blank"),
        (b"\xff\xd8\xff" + bytes(200), "broken JPEG"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        opened(data)


def test_any_damage_is_a_refusal_or_a_picture() -> None:
    """Bytes cut short and bits turned over: never another exception."""
    dice = np.random.default_rng(3)
    for ending in (".jpg", ".png", ".webp", ".bmp"):
        whole = packed(ending)
        for _ in range(60):
            damaged = bytearray(whole[: int(dice.integers(0, len(whole) + 1))])
            for place in dice.integers(0, max(1, len(damaged)), 3 if damaged else 0):
                damaged[place] ^= int(dice.integers(1, 256))
            with suppress(UnreadableError):
                assert opened(bytes(damaged)).ndim == 3
