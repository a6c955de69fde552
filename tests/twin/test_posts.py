"""Posts of the parish's network: the scenario in lockstep, and the real center that asks it by HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from simpy import Environment

from center.core.open_facts import PostsFound
from center.store.journal import read
from tests.running import Office, tables
from twin.center_process import LOOPBACK, free_port
from twin.devices.social import Account, Post, SocialNetwork
from twin.devices.things import SECOND_US
from twin.expectations import check
from twin.lockstep import FunctionCarrier, Lockstep
from twin.posting import Posting
from twin.scenarios.loader import load
from twin.scenarios.posts import Publish
from twin.scenarios.schema import Scenario
from twin.score import score
from twin.setting import Setting, WorldError
from twin.social_http import SocialHttp

NOBODY = {"units": {"CPSO": 1}, "reads_a_day": 0, "hotlist": 1, "readers": 1, "receivers": {}}


def quiet(**said: object) -> Scenario:
    scenario = load("posted")
    world = msgspec.structs.replace(scenario.world, **NOBODY, **said)
    return msgspec.structs.replace(scenario, world=world)


def test_a_post_is_found_with_reason_and_case_and_what_is_for_friends_by_nobody(tmp_path: Path) -> None:
    """The scenario without the traffic; the room holds the very post, with the plate's end and no more of it."""
    scenario = quiet()
    run = Lockstep(scenario, scenario.seed, tmp_path / "journal.db")
    outcome = run.run()
    assert [one.what for one in check(outcome, score(outcome)) if not one.held] == []
    boast, takeover, threat = [event for _, event in read(outcome.journal) if isinstance(event, PostsFound)]
    assert [(post.text[-4:], "552HZK" in post.text) for post in boast.posts] == [("HZK]", False)]
    assert ["23:31" in post.text for post in takeover.posts] == [True]
    assert (threat.posts, threat.trouble) == ((), "")
    posted = {fact.facts["about"]: fact.facts for fact in outcome.facts if fact.kind == "posted"}
    holder = run.world.setting.people.holder_of(str(posted["boast"]["account"]))
    assert holder is not None
    assert posted["boast"]["person"] == f"SYN-{holder:06d}"


def test_everyday_is_the_same_whatever_is_announced() -> None:
    """Fails when a post that a scenario orders moves anybody else's dice."""

    def chat(*ordered: Publish) -> list[tuple[int, str]]:
        setting = Setting(quiet(), 3, FunctionCarrier(None))
        posting = Posting(setting)
        for one in ordered:
            posting.plan(one, {})
        setting.env.run(until=3_600 * SECOND_US)
        return [(f.at_us, f.facts["account"]) for f in setting.truth.of("posted") if not f.facts["about"]]

    takeover, threat = [one for one in quiet().happens if isinstance(one, Publish)][1:]
    assert chat()
    assert chat() == chat(takeover, threat)


@pytest.mark.parametrize(
    ("posts", "wrong", "why"),
    [
        (False, Publish(at_s=1, name="a", says="threat", place="Sulphur"), "nobody posts here"),
        (True, Publish(at_s=1, name="a", says="takeover"), "a takeover is of a place"),
        (True, Publish(at_s=1, name="a", says="shown-off", car="b"), "no stolen car b happens above"),
    ],
)
def test_a_post_about_nothing_is_refused(posts: bool, wrong: Publish, why: str) -> None:
    posting = Posting(Setting(quiet(posts=posts), 1, FunctionCarrier(None)))
    with pytest.raises(WorldError, match=why):
        posting.plan(wrong, {})


@contextmanager
def served(run: str, port: int) -> Iterator[list[dict[str, Any]]]:
    """A network of that run on a socket, whose world answers at once; yields what it was asked."""
    env = Environment()
    heard: list[dict[str, Any]] = []

    def log(kind: str, /, **facts: object) -> None:
        heard.append({"kind": kind, **facts})

    network = SocialNetwork(env, "posts/network", run, Random(1), epoch=1_773_500_000_000_000, log=log)
    network.publish(Post(Account("annb1001", "Ann B.", True), 0, "Takeover tonight", "Sulphur"))
    network.publish(Post(Account("joec1002", "Joe C.", False), 0, "Takeover among friends", "Sulphur"))

    def inject(then: Callable[..., None], *args: object) -> None:
        then(*args)
        env.run()

    ready, loop, over = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        http = SocialHttp(network, inject, LOOPBACK, port)
        await http.open()
        ready.set()
        await over.wait()
        await http.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    try:
        yield heard
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.mark.wire
def test_the_center_gets_what_is_public_and_tells_another_run_nothing(tmp_path: Path) -> None:
    """Search, mark, posts over sockets; then the same port belongs to the network of another run."""
    port = free_port(set())
    center = Office(tmp_path, {**tables(), "open_sources": {"url": f"http://{LOOPBACK}:{port}", "run": "r1"}})
    center.up()
    try:
        ada = center.console()
        body = {"request": "q1", "words": "takeover", "reason": "reckless driver", "case": "26-1"}
        with served("r1", port) as heard:
            answer = ada.post("/api/posts/search", body)
            assert answer.status == 200, answer
            assert [(post["account"], post["text"]) for post in answer.said["posts"]] == [
                ("annb1001", "Takeover tonight")
            ]
            assert ada.post("/api/posts/search", {"request": "q2", "words": "takeover"}).status == 403
            assert len(heard) == 1
        with served("r2", port) as heard:
            refused = ada.post("/api/posts/search", {**body, "request": "q3"}).said
            assert "not the twin's own" in refused["trouble"]
            assert heard == []
    finally:
        center.stop()
