"""The social network's search: what fits, what is bounded, and that nothing private ever leaves."""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simpy import Environment

from twin.devices.faults import Silent
from twin.devices.social import MARK, MOST_FOUND, MOST_KEPT, Account, Post, SocialNetwork, read

EPOCH = 1_773_500_000_000_000
OPEN, SHUT = Account("annb1001", "Ann B.", True), Account("joec1002", "Joe C.", False)
WORDS = ("truck", "white", "plate", "HZK", "takeover", "@")
PLACES = ("Sulphur", "Downtown Lake Charles", "")
SECRET = "secret"


def asked(posts: list[Post], *paths: str, faults: tuple[Silent, ...] = ()) -> list[tuple[int, bytes]]:
    env = Environment()
    network = SocialNetwork(env, "posts/network", "r1", Random(1), epoch=EPOCH, faults=faults)
    for post in posts:
        network.publish(post)
    answers: list[tuple[int, bytes]] = []
    for path in paths:
        network.ask(path, lambda status, body: answers.append((status, body)))
        env.run()
    return answers


def found(posts: list[Post], **said: object) -> dict[str, Any]:
    ((status, body),) = asked(posts, f"/posts?{urlencode(said)}")
    assert status == 200
    return dict(json.loads(body))


POSTS = [
    Post(OPEN, -5_000_000, "My white truck is for sale", "Sulphur", 30.2, -93.4),
    Post(OPEN, 7_000_000, "A WHITE truck, again", "Downtown Lake Charles"),
    Post(SHUT, 8_000_000, "A white truck of friends", "Sulphur"),
    Post(OPEN, 9_000_000, "A white truck for friends", "Sulphur", public=False),
]


def test_all_that_is_said_must_fit_and_the_newest_comes_first() -> None:
    at = [post["at"] for post in found(POSTS, words="truck White")["posts"]]
    assert at == [EPOCH // 1000 + 7_000, EPOCH // 1000 - 5_000]
    (post,) = found(POSTS, words="truck", account="@AnnB1001", place="sulphur")["posts"]
    assert (post["shown"], post["lat"], post["lon"]) == ("Ann B.", 30.2, -93.4)
    assert found(POSTS, words="truc")["posts"] == []
    assert found(POSTS, words="truck", place="lake sulphur")["posts"] == []


def test_a_private_account_answers_like_one_that_is_not_there() -> None:
    assert found(POSTS, account=SHUT.handle) == found(POSTS, account="nobody0000")


def test_answers_and_what_is_kept_are_bounded() -> None:
    said = found([Post(OPEN, n, "x" * 9_000) for n in range(MOST_FOUND)] + POSTS, account=OPEN.handle)
    assert (len(said["posts"]), said["more"]) == (MOST_FOUND, True)
    assert max(len(post["text"]) for post in said["posts"]) == 500
    many = [Post(OPEN, n, "old" if n == 0 else "new") for n in range(MOST_KEPT + 1)]
    assert found(many, words="old")["posts"] == []
    assert len(found(many, words="new", limit=7)["posts"]) == 7


@pytest.mark.parametrize(
    "query",
    [
        "",
        "words=",
        "words=%21%21",
        "place=Sulphur&words=!",
        "limit=50",
        "words=a&limit=51",
        "words=a&limit=0",
        "words=a&limit=x",
        "words=a&words=b",
        "words=a&limit=1&limit=2",
        "words=a&private=1",
        f"words={'a' * 121}",
        "a=1&b=2&c=3&d=4&e=5",
    ],
)
def test_nobody_may_have_everything(query: str) -> None:
    """Fails when a question without anything to go by, or one that is odd, is answered."""
    assert read(query) is None
    assert asked(POSTS, f"/posts?{query}")[0][0] == 400


def test_the_mark_says_whose_run_it_is_and_other_paths_are_not_there() -> None:
    mark, other = asked(POSTS, MARK, "/accounts")
    assert json.loads(mark[1]) == {"twin": True, "run": "r1"}
    assert other[0] == 404
    assert asked(POSTS, MARK, faults=(Silent(on="posts/*"),)) == []


texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
posts = st.builds(
    Post, st.sampled_from((OPEN, SHUT)), st.integers(-9, 9), texts, place=st.sampled_from(PLACES), public=st.booleans()
)
fields = st.sampled_from(("words", "account", "place", "limit", "private", "public"))
values = texts | st.sampled_from((*PLACES, OPEN.handle, SHUT.handle, SHUT.shown, SECRET, "50", "*", "%", ".*"))
targets = st.lists(st.tuples(fields, values), max_size=5).map(lambda pairs: f"/posts?{urlencode(pairs)}")


@settings(max_examples=60, deadline=None)
@given(st.lists(posts, max_size=12), targets | st.text(max_size=40) | st.just(MARK))
def test_what_is_private_never_leaves_whatever_is_asked(kept: list[Post], target: str) -> None:
    """What is for friends carries a word that no public post has, and its account a name that none has: neither is in
    any answer, nor does what is private change an answer."""
    hidden = [post._replace(text=f"{post.text} {SECRET}") for post in kept if not (post.public and post.account.public)]
    shown = [post for post in kept if post.public and post.account.public]
    ((status, body),) = asked(shown + hidden, target)
    assert SECRET.encode() not in body
    assert SHUT.handle.encode() not in body
    assert [(status, body)] == asked(shown, target)
