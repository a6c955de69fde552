"""The server inside another program: a representative's client has the bulletin that names their agency."""

from __future__ import annotations

from typing import Any

from center.assembly import Assembly
from center.core.center import Center
from center.core.effects import Reply
from center.core.events import OperatorActed
from center.cot.by_hand import CotByHand
from center.ingest.cot_xml import CotEvent, CotSplitter, parse
from center.site import from_tables
from center.store.pictures import MemoryPictures
from tests.center.cot.test_cot_on_wire import hello
from tests.center.doubles import HandClock, Ledger, QuickJournal
from tests.center.ingest.test_cot import chat, receipt
from tests.running import tables

SITE = tables()
AGENCIES = [{**one, **({} if one.get("own") else {"sees": ["units"]})} for one in SITE["agencies"]]
LEE = {"operator": "lee", "name": "Lee", "agency": "PD", "role": "representative"}
DRAFT = {
    "kind": "vehicle",
    "title": "Grey van",
    "text": "window broken",
    "confidence": "likely",
    "audience": "detectives",
    "until": "2026-01-03T12:00:00Z",
    "sources": "witness: w",
    "partners": "PD",
}


class Client:
    """A connection without a socket."""

    name = ""
    backlog_bytes = 0

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.events: list[CotEvent] = []

    def send(self, data: bytes) -> None:
        self.events += [parse(one) for _, one, why in CotSplitter().feed(data) if not why]

    def close(self, why: str) -> None:
        raise AssertionError(why)


def test_a_bulletin_reaches_its_partners_client_whose_receipt_counts_and_whose_words_reach_the_room() -> None:
    """Taken back it is off that map. What the client writes to the room stands in its agency's conversation, and the
    answer comes back as chat; what it writes to everybody, or to somebody else, is not the room's. A client that asks
    for the other protocol is told to stay with this one."""
    told = {**SITE, "feeds": [], "agencies": AGENCIES, "operators": [*SITE["operators"], LEE]}
    site = from_tables({**told, "cot": {"clients": [{"client": "POST", "operator": "lee"}]}}, "the test's site")
    clock, ledger = HandClock(), Ledger()
    assert site.cot is not None
    server = CotByHand(site.cot, clock)
    parts: dict[str, Any] = {"router": ledger, "audit": ledger, "pictures": MemoryPictures()}
    messenger = server.messenger(ledger)
    assembly = Assembly(site, center=Center(), journal=QuickJournal(), clock=clock, messenger=messenger, **parts)
    server.joined(assembly)
    assembly.start()
    server.start()
    replies: list[Reply] = []

    def act(who: str, what: str, subject: str, **details: str) -> Reply:
        request, reason = f"{who}/{len(replies)}", details.pop("reason", None)
        said = {"operator": who, "act": what, "subject": subject, "request": request, "reason": reason}
        assembly.act(OperatorActed(at=clock.now(), source="console", details=details, **said), replies.append)
        assert replies[-1].granted, replies[-1].why
        return replies[-1]

    client = Client("post:1")
    server.enter(client)
    server.hear("post:1", hello("POST"))
    clock.advance(2)
    bulletin = act("ada", "bulletin.draft", "new", **DRAFT).made
    act("sup", "bulletin.approve", bulletin)
    (shown,) = [one for one in client.events if one.chat is not None and one.type == "b-t-f"]
    assert shown.chat is not None
    assert shown.chat.text.startswith("BULLETIN Grey van\nwindow broken")
    server.hear("post:1", receipt("b-t-f-r", shown.chat.message) + chat("whose van?", "c1"))
    others = chat("meet at the dock", "c2").replace(b'"RTCC"', b'"All Chat Rooms"')
    server.hear("post:1", others + chat("to you alone", "c3").replace(b'"RTCC"', b'"ANDROID-9"'))
    post, word = assembly.center.picture.threads.posts.values()
    assert {to: one.state for to, one in post.to.items()} == {"person/lee": "read"}
    assert (word.thread, word.author, word.text) == ("agency/PD", "person/lee", "whose van?")
    assert [(one.type, one.receipt) for one in client.events if one.receipt] == [("b-t-f-d", "c1")]
    act("ada", "message.read", word.post)
    act("ada", "message.reply", "agency/PD", text="a stolen one")
    assert [one.type for one in client.events if one.receipt] == ["b-t-f-d", "b-t-f-r"]
    answer = client.events[-1].chat
    assert answer is not None
    assert answer.text == "a stolen one"
    act("sup", "bulletin.withdraw", bulletin, reason="found")
    assert [one.of_uid for one in client.events if one.type == "t-x-d-d"] == [shown.uid]
    server.hear("post:1", hello("POST").replace(b"a-f-G-U-C", b"t-x-takp-q"))
    assert client.events[-1].type == "t-x-takp-r"
    server.leave("post:1")
    server.leave("post:1")
