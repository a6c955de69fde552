"""The records server: who is answered, with what, for how long; and that it says nothing while it is off."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from simpy import Environment

from twin.devices.faults import Silent
from twin.devices.records import EXPIRES_US, LIMIT_BYTES, MOST_FOUND, Name, Plate, RecordsServer

EPOCH = 1_773_500_000_000_000
CAR = {"plate": "123ABC", "state": "LA"}


class Drawer:
    """Files with one car and a namesake too many."""

    def vehicles(self, plate: Plate) -> list[dict[str, Any]]:
        return [CAR] if plate == Plate("123ABC", "LA") else []

    def owners(self, plate: Plate) -> list[dict[str, Any]]:
        return [{"person": f"owner of {plate.plate}"}]

    def persons(self, name: Name) -> list[dict[str, Any]]:
        return [{"last": name.last, "born": name.born}] * (MOST_FOUND + 5)

    def licensed(self, number: str) -> list[dict[str, Any]]:
        return [{"licence": number}]


def asked(*bodies: bytes, **said: Any) -> list[tuple[int, dict[str, Any]]]:
    env = Environment()
    log: list[str] = []
    server = RecordsServer(
        env, "records/state", Drawer(), Random(1), epoch=EPOCH, log=lambda kind, **_: log.append(kind), **said
    )
    answers: list[tuple[int, dict[str, Any]]] = []
    for body in bodies:
        server.ask(body, lambda status, answer: answers.append((status, json.loads(answer))))
    env.run()
    return answers


def query(**said: Any) -> bytes:
    return json.dumps({"v": 2, "request": "q1", "purpose": "C", "case": "26-1", **said}).encode()


def test_a_plate_is_answered_and_the_answer_expires() -> None:
    ((status, answer),) = asked(query(plate={"plate": "123ABC"}))
    assert status == 200
    assert answer["answers"] == "q1"
    assert answer["vehicles"] == [CAR]
    assert answer["persons"] == [{"person": "owner of 123ABC"}]
    assert answer["expires"] - answer["at"] == EXPIRES_US // 1000
    assert answer["at"] > EPOCH // 1000, "it took a moment"
    assert answer["synthetic"]


def test_a_name_finds_namesakes_up_to_a_bound_and_a_licence_its_holder() -> None:
    (_, named), (_, licensed) = sorted(
        asked(query(name={"last": "Landry", "first": "A", "born": "1990-01-02"}), query(request="q2", licence="77")),
        key=lambda one: str(one[1]["answers"]),
    )
    assert named["persons"] == [{"last": "Landry", "born": "1990-01-02"}] * MOST_FOUND
    assert named["more"]
    assert licensed["persons"] == [{"licence": "77"}]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"purpose": "", "plate": CAR}, "purpose"),
        ({"purpose": "X", "plate": CAR}, "purpose"),
        ({"case": "", "plate": CAR}, "case"),
        ({"case": "  ", "plate": CAR}, "case"),
        ({}, "one of"),
        ({"plate": CAR, "licence": "77"}, "one of"),
    ],
)
def test_without_a_purpose_a_case_and_one_question_nothing_is_said(said: dict[str, Any], why: str) -> None:
    ((status, answer),) = asked(query(**said))
    assert status == 403
    assert why in answer["refused"]
    assert answer.keys() == {"v", "answers", "refused"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"nothing", b"\xff", b"[1]", query(v=1, plate=CAR), query(plate="123ABC"), b" " * (LIMIT_BYTES + 1)],
)
def test_what_is_no_query_is_told_so(body: bytes) -> None:
    ((status, answer),) = asked(body)
    assert status == 400
    assert answer["refused"]


def test_a_server_that_is_off_says_nothing() -> None:
    assert asked(query(plate=CAR), faults=(Silent(on="records/*"),)) == []
