"""What is asked of the records, and what their answers are taken for."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import msgspec
import pytest

from center.core.effects import Lookup
from center.records import Found, Records, by_http, found, query

ASKED = Lookup(id="l7.1", plate="ABC123", state="LA", purpose="C", case="26-1", operator="ada")


def answer(*vehicles: dict[str, Any], answers: str = "l7.1") -> bytes:
    return json.dumps({"v": 2, "answers": answers, "vehicles": vehicles, "synthetic": True}).encode()


def test_a_query_says_who_asks_and_why() -> None:
    assert json.loads(query(ASKED)) == {
        "v": 2,
        "request": "l7.1",
        "purpose": "C",
        "case": "26-1",
        "operator": "ada",
        "plate": {"plate": "ABC123", "state": "LA"},
    }


@pytest.mark.parametrize(
    ("vehicles", "listed"),
    [
        ([{"plate": "ABC123", "state": "LA", "listed": ["stolen"], "make": "Ford"}], ("stolen",)),
        ([{"plate": "ABC123", "state": "LA", "listed": []}], ()),
        ([{"plate": "ABC123", "state": "TX", "listed": ["stolen"]}], ()),
        ([], ()),
    ],
)
def test_a_plate_is_wanted_when_its_own_entry_says_so(vehicles: list[dict[str, Any]], listed: tuple[str, ...]) -> None:
    assert found(ASKED, 200, answer(*vehicles))[:2] == (listed, "")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((status, answer()) for status in (400, 403, 504, 599)),
        *(
            (200, body)
            for body in (
                b"",
                b"{}",
                b"\xff",
                b"[1]",
                answer(answers="l6.1"),
                b'{"v":2,"answers":"l7.1"}',
                answer().replace(b"2", b"1", 1),
            )
        ),
    ],
)
def test_what_is_no_answer_to_the_question_is_trouble(status: int, body: bytes) -> None:
    """Fails when silence is taken for a clean record: a stolen car would be let go."""
    assert found(ASKED, status, body).trouble


NAMED = Lookup(id="l7.2", purpose="C", case="CPSO-12-3", last="Landry", first="James", born="1987-03-12")
LICENSED = Lookup(id="l7.2", purpose="C", case="CPSO-12-3", licence="7700")


@pytest.mark.parametrize(
    ("effect", "asked"),
    [
        (NAMED, {"name": {"last": "Landry", "first": "James", "born": "1987-03-12"}}),
        (LICENSED, {"licence": "7700"}),
        (msgspec.structs.replace(NAMED, born=""), {"name": {"last": "Landry", "first": "James"}}),
    ],
)
def test_a_name_or_a_licence_is_one_question(effect: Lookup, asked: dict[str, Any]) -> None:
    said = json.loads(query(effect))
    assert {key: said[key] for key in ("plate", "name", "licence") if key in said} == asked


def test_whom_the_records_find_is_told_with_all_that_is_on_file() -> None:
    person = {
        "person": "SYN-1",
        "last": "Landry",
        "first": "James",
        "born": "1987-03-12",
        "licence": {"number": "7700", "status": "suspended", "expires": "2027-01-01", "eyes": "brown"},
        "warrants": [{"number": "W1", "charge": "theft", "felony": False}],
        "vehicles": [{"plate": "ABC123", "state": "LA"}],
        "unheard_of": 1,
    }
    body = json.dumps({"v": 2, "answers": "l7.2", "persons": [person], "more": True}).encode()
    said = found(NAMED, 200, body)
    assert (said.trouble, said.more) == ("", True)
    (one,) = said.persons
    assert one.licence is not None
    assert (one.name, one.licence.status, one.warrants[0].charge, one.vehicles[0].plate) == (
        *("James Landry", "suspended"),
        *("theft", "ABC123"),
    )


@pytest.mark.parametrize(
    "persons", [None, [{"person": "SYN-1"}], [{"person": "1", "last": "x" * 121, "first": "y"}], {"person": "1"}]
)
def test_an_answer_about_persons_that_makes_no_sense_is_trouble(persons: object) -> None:
    """Fails when an answer that lacks them passes for nobody."""
    body = json.dumps({"v": 2, "answers": "l7.2", "persons": persons, "vehicles": []}).encode()
    assert found(NAMED, 200, body).trouble


class _Switch(BaseHTTPRequestHandler):
    heard: Queue[tuple[str, bytes]] = Queue()

    def do_POST(self) -> None:  # the name that http.server calls
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.put((self.path, body))
        said = answer({"plate": "ABC123", "state": "LA", "listed": ["stolen"]})
        self.send_response(200 if self.path == "/query" else 403)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def switch() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Switch)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("path", "is_listed"), [("/query", True), ("/other", False)])
def test_they_are_asked_over_http(switch: str, path: str, is_listed: bool) -> None:
    answers: Queue[Found] = Queue()
    with ThreadPoolExecutor(1) as executor:
        Records(by_http(switch + path, executor, lambda then: then())).ask(ASKED, answers.put)
    assert answers.get(timeout=30).listed == (("stolen",) if is_listed else ())
    assert _Switch.heard.get(timeout=30) == (path, query(ASKED))


def test_records_that_are_not_there_are_trouble() -> None:
    answers: Queue[Found] = Queue()
    with ThreadPoolExecutor(1) as executor:
        Records(by_http("http://127.0.0.1:1/query", executor, lambda then: then())).ask(ASKED, answers.put)
    assert answers.get(timeout=30).trouble == "the records answered 599"
