"""Open sources are the twin's own: anything else is refused in code, before it is asked anything."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import pytest

from center.core.effects import SearchPosts
from center.open_sources import MARK, OpenSources, Posts, by_http, found, is_own, is_twin, path_of

ASKED = SearchPosts(id="l1.1", words="white truck", case="26-1", operator="ada")
POST = {"id": "p1", "account": "jim1", "at": 1_773_500_000_000, "text": "nice truck", "lat": 30.2, "lon": -93.2}
ANSWER = json.dumps({"v": 1, "posts": [POST]}).encode()


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:8200", True),
        ("http://[::1]:8200", True),
        ("http://localhost:8200", False),
        ("http://127.0.0.1", False),
        ("https://127.0.0.1:8200", False),
        ("http://127.0.0.1.example.org:80", False),
        ("http://192.0.2.7:80", False),
        ("http://example.org:80", False),
        ("http://127.0.0.1@example.org:80", False),
        ("", False),
    ],
)
def test_only_this_machines_own_address_will_do(url: str, own: bool) -> None:
    assert is_own(url) == own
    if not own:
        with pytest.raises(ValueError, match="the twin's only"):
            by_http(url, ThreadPoolExecutor(1), lambda then: then())


@pytest.mark.parametrize(
    ("status", "body", "twin"),
    [
        (200, b'{"twin":true,"run":"r1"}', True),
        (200, b'{"twin":true,"run":"r2"}', False),
        (200, b'{"twin":false,"run":"r1"}', False),
        (200, b"<html>", False),
        (404, b'{"twin":true,"run":"r1"}', False),
    ],
)
def test_a_server_must_be_the_twin_of_this_very_run(status: int, body: bytes, twin: bool) -> None:
    assert is_twin(status, body, "r1") == twin
    assert not is_twin(status, body, "")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"v":2,"posts":[]}', b'{"v":1,"posts":[{"id":"x"}]}', b"\xff"])
def test_an_answer_that_makes_no_sense_is_trouble(body: bytes) -> None:
    assert found(200, body).trouble
    assert found(500, ANSWER).trouble


def test_posts_are_bounded() -> None:
    many = json.dumps({"v": 1, "posts": [POST | {"text": "x" * 9_000, "lat": 900}] * 80}).encode()
    said = found(200, many)
    assert (len(said.posts), said.more) == (50, True)
    assert {len(post.text) for post in said.posts} == {500}
    assert said.posts[0].lat is None


class _Network(BaseHTTPRequestHandler):
    run = "r1"
    heard: Queue[str] = Queue()

    def do_GET(self) -> None:  # the name that http.server calls
        self.heard.put(self.path)
        said = json.dumps({"twin": True, "run": self.run}).encode() if self.path == MARK else ANSWER
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def network() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Network)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(network: str, run: str) -> Posts:
    answers: Queue[Posts] = Queue()
    with ThreadPoolExecutor(1) as executor:
        done = threading.Event()

        def told(posts: Posts) -> None:
            answers.put(posts)
            done.set()

        OpenSources(by_http(network, executor, lambda then: then()), run).ask(ASKED, told)
        assert done.wait(30)
    return answers.get(timeout=30)


def test_the_mark_is_asked_for_before_every_search_and_nothing_else_without_it(network: str) -> None:
    """Fails when a server that is not the twin's learns what is looked for."""
    assert [post.text for post in ask(network, "r1").posts] == ["nice truck"]
    assert [_Network.heard.get(timeout=30) for _ in range(2)] == [MARK, path_of(ASKED)]
    assert ask(network, "another run").trouble == "refused: this is not the twin's own server"
    assert _Network.heard.get(timeout=30) == MARK
    assert _Network.heard.empty()


def test_a_network_that_is_not_there_is_refused() -> None:
    assert ask("http://127.0.0.1:1", "r1").trouble
