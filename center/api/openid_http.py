"""Asking an OpenID provider over HTTP.

Knows: that an answer is JSON, comes in time and is small, and that a provider does not send us elsewhere.
Refuses to know: what is asked, and what an answer means. Says no URL's query and no body in an error.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any, TypeAlias
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

PATIENCE_S = 8.0
STEP_S = 4.0
MAX_ANSWER_BYTES = 256 << 10
MAX_CHUNK_BYTES = 16 << 10

Ask: TypeAlias = Callable[[str, bytes | None, Mapping[str, str]], Awaitable[dict[str, Any]]]
"""`await ask(url, form, headers)`: a JSON object. Raises UnreachedError."""


class UnreachedError(Exception):
    """The provider gave no answer that can be used; the message is for people."""


class _NowhereElse(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def asker() -> Ask:
    """Asks by threads of its own, so that a provider that hangs holds up nobody who has a session."""
    executor = ThreadPoolExecutor(4, "openid")

    async def ask(url: str, form: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        asked = asyncio.get_running_loop().run_in_executor(executor, _asked, url, form, dict(headers))
        try:
            return await asyncio.wait_for(asked, PATIENCE_S + STEP_S)
        except TimeoutError:
            raise UnreachedError("the provider did not answer in time") from None

    return ask


def _asked(url: str, form: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    request = Request(url, form, {"Accept": "application/json", **headers})  # noqa: S310  # the site file's own word
    try:
        with build_opener(ProxyHandler({}), _NowhereElse).open(request, timeout=STEP_S) as answer:
            body = b""
            while chunk := answer.read1(MAX_CHUNK_BYTES):
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise UnreachedError("the provider's answer is too large")
                if time.monotonic() > deadline:
                    raise UnreachedError("the provider's answer took too long")
        said = json.loads(body)
    except HTTPError as error:
        with error:
            raise UnreachedError(f"the provider answered {error.code}{_word(error)}") from None
    except (OSError, HTTPException):
        raise UnreachedError("the provider cannot be reached") from None
    except (ValueError, RecursionError):
        raise UnreachedError("the provider's answer is not JSON") from None
    if not isinstance(said, dict):
        raise UnreachedError("the provider's answer is no JSON object")
    return said


def _word(error: HTTPError) -> str:
    """The one word by which a token endpoint says what is wrong (RFC 6749, section 5.2), so that whoever has set the
    client up wrongly reads it in the trail."""
    try:
        said = json.loads(error.read(MAX_CHUNK_BYTES))
    except (OSError, HTTPException, ValueError, RecursionError):
        return ""
    word = said.get("error") if isinstance(said, dict) else None
    return f": {word}" if isinstance(word, str) and re.fullmatch("[a-z_]{1,40}", word) else ""
