"""Other people's text readers, each used when it is installed and told of when it is not.

Knows: how each is called, and the kindest fair way to hand it a plate. Refuses to know: the pictures' truth.
"""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import subprocess
from collections.abc import Callable

import cv2

from center.vision.opening import Image

type_of_read = Callable[[Image], str]


class AbsentError(Exception):
    """Not installed here; the text says what is missing."""


def _module(name: str, package: str) -> object:
    try:
        return importlib.import_module(name)
    except ImportError as why:
        raise AbsentError(f"{package} is not installed ({why})") from None


def tesseract() -> type_of_read:
    if not shutil.which("tesseract"):
        raise AbsentError("the tesseract program is not installed")

    def read(picture: Image) -> str:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        grown = cv2.resize(grey, (480, 240), interpolation=cv2.INTER_CUBIC)
        _, packed = cv2.imencode(".png", grown)
        allowed = "tessedit_char_whitelist=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        done = subprocess.run(
            ["tesseract", "-", "-", "--psm", "6", "-c", allowed],
            input=packed.tobytes(),
            capture_output=True,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # one core, as everybody here
        )
        lines = done.stdout.decode("utf-8", "replace").split("\n")
        return max(("".join(char for char in line if char.isalnum()) for line in lines), key=len, default="")

    return read


def rapidocr() -> type_of_read:
    """Its recogniser alone: with its own search for lines before it, it is slower by forty times and reads less."""
    module = _module("rapidocr", "rapidocr")
    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    engine = module.RapidOCR()  # type: ignore[attr-defined]

    def read(picture: Image) -> str:
        said = engine(_band(picture), use_det=False, use_cls=False)
        return "".join(said.txts) if said is not None and said.txts else ""

    return read


def _band(picture: Image) -> Image:
    """The part of a plate where the serial stands, for readers of one line."""
    high = picture.shape[0]
    return picture[round(high * 0.2) : round(high * 0.85)]


def ddddocr() -> type_of_read:
    module = _module("ddddocr", "ddddocr")
    engine = module.DdddOcr(show_ad=False)  # type: ignore[attr-defined]

    def read(picture: Image) -> str:
        _, packed = cv2.imencode(".png", _band(picture))
        return str(engine.classification(packed.tobytes()))

    return read


def fast_plate_ocr() -> type_of_read:
    module = _module("fast_plate_ocr", "fast-plate-ocr")
    try:
        engine = module.LicensePlateRecognizer("cct-xs-v1-global-model")  # type: ignore[attr-defined]
    except Exception as why:  # its wheel carries no weights: it fetches them, and here there is nowhere to fetch from
        raise AbsentError(f"fast-plate-ocr has no weights here ({type(why).__name__})") from None

    def read(picture: Image) -> str:
        said = engine.run(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
        return str(said[0])

    return read


PEERS: dict[str, Callable[[], type_of_read]] = {
    "tesseract": tesseract, "rapidocr": rapidocr, "ddddocr": ddddocr, "fast-plate-ocr": fast_plate_ocr,
}  # fmt: skip
