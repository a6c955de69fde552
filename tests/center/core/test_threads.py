"""Who writes to whom, who has it, who has read it, and what becomes of silence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from center.core.effects import Effect, Notify, Remark, Send, WakeAt, Withdraw
from center.core.message_facts import MessageDelivered, MessageReplied
from center.core.roster import RosterCot, RosterHotlist
from center.core.threads import Post
from tests.center.core.facts import (
    UNITS,
    Room,
    acked,
    act,
    called,
    hotlist,
    listed,
    moved,
    of,
    policy,
    read,
    refusal,
    reported,
    sends,
    site,
    the,
    timer,
    when,
    woke,
)


def arrived(message: Effect, s: float, unit: str) -> MessageDelivered:
    return MessageDelivered(at=when(s), source="terminals", unit=unit, message=message.id)


def said(unit: str, text: str, s: float, to: str = "", mark: str = "r1") -> MessageReplied:
    return MessageReplied(at=when(s), source="terminals", unit=unit, text=text, mark=mark, to=to)


def posts(room: Room, thread: str) -> list[Post]:
    return [room.picture.threads.posts[name] for name in room.picture.threads.threads[thread].posts]


def states(post: Post) -> dict[str, str]:
    return {to: delivery.state for to, delivery in post.to.items()}


def with_case(*persons: str) -> Room:
    room = Room()
    room.tell(act("case.assign", "26-7", 0, "sue", title="Ryan Street", persons=" ".join(persons or ("det",))))
    return room


def on_shift(*units: str) -> Room:
    """All of them about and available."""
    room = Room()
    for unit in units:
        room.tell(moved(unit, 0), reported(unit, 0, "available"))
    return room


# --- one unit -------------------------------------------------------------------------------------------------------


def test_a_message_is_sent_then_delivered_then_read() -> None:
    """Each with its time, each shown, and what was read is owed no more. Fails when an acknowledgement is the only
    receipt there is."""
    room = Room()
    send = the(Send, room.tell(act("unit.message", "SO-1", 0, text="call the desk")))
    (post,) = posts(room, "unit/SO-1")
    assert (send.thread, send.link, states(post)) == ("unit/SO-1", "terminal", {"SO-1": "sent"})
    assert the(Notify, room.tell(arrived(send, 2, "mdt-1"))).topic == "messages"
    assert states(post) == {"SO-1": "delivered"}
    assert send.id in room.picture.pending, "it may be asked for again until it has been read"
    room.tell(acked(send, 9, "SO-1"))
    delivery = post.to["SO-1"]
    assert (delivery.delivered_at, delivery.read_at, delivery.state) == (when(2), when(9), "read")
    assert room.picture.pending == {}
    assert room.tell(arrived(send, 10, "SO-1"), acked(send, 11, "SO-1")) == []


def test_nobody_can_say_so_for_another() -> None:
    room = Room()
    send = the(Send, room.tell(act("unit.message", "SO-1", 0, text="call the desk")))
    assert room.tell(arrived(send, 2, "SO-2"), acked(send, 3, "PD-1"), arrived(send, 4, "person/ada")) == []


def test_what_does_not_arrive_is_sent_again_under_its_old_id_and_then_by_the_other_way() -> None:
    """Twice as the site says; the terminal can tell a repeat, and an answer to any of them settles it."""
    room = Room(policy(deliver_s=20, resends=2, read_s=300))
    room.tell(site(0, policy=room.picture.site.policy, cot=(RosterCot("ATAK-1", unit="SO-1"),)))
    effects = room.tell(act("unit.message", "SO-1", 0, text="call the desk"))
    first, ways = the(Send, effects), [the(Send, effects).link]
    for s in (20, 40):
        assert timer(effects).when == when(s)
        effects = room.tell(woke(timer(effects), s))
        again = the(Send, effects)
        assert (again.message, again.headline) == (first.id, "call the desk")
        ways.append(again.link)
    assert ways == ["terminal", "cot", "terminal"]
    assert [request for request in room.picture.pending if request.startswith("m")] == [again.id]
    done = room.tell(acked(first, 41, "SO-1"))
    assert {it.request for it in of(Withdraw, done)} >= {again.id}
    assert room.picture.pending == {}


def test_silence_is_told_once_and_then_nothing_is_owed_any_more() -> None:
    """For a supervisor, naming who; a late answer takes the alert away. Fails when an unread message is waited for
    for ever, or never."""
    room = Room(policy(deliver_s=20, resends=1, read_s=60))
    effects = room.tell(act("unit.message", "SO-1", 0, text="call the desk"))
    first = the(Send, effects)
    while room.picture.pending:
        (due,) = [one for one in room.picture.pending.values() if isinstance(one, WakeAt)]
        room.tell(woke(due, (due.when - when(0)) / 1e6))
    alert = room.alert("unacknowledged")
    assert (alert.headline, alert.at) == ("Nobody has acknowledged: call the desk", when(60))
    assert alert.detail == "for a supervisor: SO-1; 1 do not even have it"
    room.tell(acked(first, 500, "SO-1"))
    assert alert.state == "dismissed"


def test_a_restart_in_the_middle_goes_on_where_it_was() -> None:
    room = Room(policy(deliver_s=20, resends=1, read_s=60))
    effects = room.tell(act("unit.message", "SO-1", 0, text="call the desk"))
    owed = dict(room.picture.pending)
    room.restart()
    assert room.picture.pending == owed
    again = room.tell(woke(timer(effects), 20))
    assert the(Send, again).message == the(Send, effects).id
    assert timer(again).when == when(40)


# --- a shift, a case --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["out-of-service", "off-duty"])
def test_a_shift_is_everybody_who_is_on_duty_and_can_be_told(status: str) -> None:
    """Of own agencies: SO-3 is off duty, SO-4 was never heard of, the boat has no terminal, PD-1 is a partner's."""
    units = (*UNITS[:8], UNITS[8], UNITS[9])
    room = on_shift("SO-1", "SO-2", "SO-3", "SO-BOAT", "PD-1")
    room.tell(reported("SO-3", 1, status), site(1, units=units))
    effects = room.tell(act("message.send", "agency/CPSO", 2, text="rain at six"))
    assert sends(effects) == ["SO-1", "SO-2"]
    assert list(states(posts(room, "agency/CPSO")[0])) == ["SO-1", "SO-2"]
    assert "nobody of shift night is on duty" in refusal(room.tell(act("message.send", "shift/night", 3, text="x")))


def test_of_a_shift_one_alert_names_all_who_are_silent() -> None:
    room = on_shift("SO-1", "SO-2", "SO-3")
    effects = room.tell(act("message.send", "agency/CPSO", 2, text="rain at six"))
    room.tell(*(arrived(send, 3, send.unit) for send in of(Send, effects)), acked(of(Send, effects)[0], 4, "SO-1"))
    while timers := [one for one in room.picture.pending.values() if isinstance(one, WakeAt)]:
        room.tell(woke(timers[0], (timers[0].when - when(0)) / 1e6))
    alert = room.alert("unacknowledged")
    assert (alert.headline, alert.detail) == ("2 of 3 are silent: rain at six", "for a supervisor: SO-2, SO-3")


def test_a_case_is_the_people_who_work_on_it_and_their_page_is_where_they_read() -> None:
    """Brought when they look, read when they say so; nobody else of their kind is shown it."""
    room = with_case("det")
    assert of(Send, room.tell(act("message.send", "case/26-7", 1, text="plate seen again"))) == []
    (post,) = posts(room, "case/26-7")
    room.tell(act("messages.look", "messages", 5, "det"))
    assert (states(post), post.to["person/det"].delivered_at) == ({"person/det": "delivered"}, when(5))
    room.tell(act("message.read", post.post, 6, "det"))
    assert (states(post), room.picture.pending) == ({"person/det": "read"}, {})
    room.tell(act("message.reply", "case/26-7", 7, "det", text="on it"))
    assert states(posts(room, "case/26-7")[1]) == {"room": "sent"}


@pytest.mark.parametrize(
    ("what", "subject", "who", "said", "why"),
    [
        ("message.send", "unit/SO-1", "det", {"text": "hi"}, "that is no case of yours"),
        ("message.send", "case/26-7", "det", {"text": "hi"}, "that is no case of yours"),
        ("message.send", "case/26-9", "ada", {"text": "hi"}, "there is no case 26-9"),
        ("message.send", "unit/SO-1", "ada", {"text": "hi", "about": "incident/i9"}, "there is no incident i9"),
        ("message.reply", "case/26-7", "det", {"text": "hi"}, "there is no conversation case/26-7"),
        ("message.send", "everybody", "ada", {"text": "hi"}, "everybody is nobody"),
        ("case.assign", "26-8", "ada", {"title": "t", "persons": "det"}, "an operator may not"),
        ("case.assign", "26-8", "sue", {"title": "t", "persons": "ada"}, "ada is no deputy, detective or supervisor"),
        ("case.assign", "26-8", "sue", {"persons": "det"}, "no title"),
        ("case.close", "26-8", "sue", {}, "there is no case 26-8"),
    ],
)
def test_who_may_not_is_told_why(what: str, subject: str, who: str, said: dict[str, str], why: str) -> None:
    room = with_case("sue")
    room.tell(act("message.send", "case/26-7", 1, text="plate seen again"))
    assert why in refusal(room.tell(act(what, subject, 2, who, **said)))


def test_a_conversation_about_a_kept_hit_is_kept_as_well() -> None:
    """Who may not see the hit is not told that one talks about it."""
    room = Room(site(hotlists=(RosterHotlist("state", roles=("supervisor",)),)))
    room.tell(hotlist(listed("ABC123"), s=1), read("ABC123", 2))
    about = f"alert/{room.alert().alert}"
    room.tell(act("message.send", "unit/SO-1", 3, "sue", text="ours", about=about))
    assert refusal(room.tell(act("message.reply", about, 4, text="what?"))) == f"there is no conversation {about}"
    assert "there is no alert" in refusal(room.tell(act("message.send", "unit/SO-1", 5, text="x", about=about)))
    (post,) = posts(room, about)
    room.tell(woke(next(one for one in room.picture.pending.values() if isinstance(one, WakeAt)), 63))
    assert room.alert("unacknowledged").hotlist == "state"
    assert refusal(room.tell(act("message.read", post.post, 64))) == f"there is no {post.post}"


# --- answers ----------------------------------------------------------------------------------------------------------


def remarks(effects: Sequence[Effect]) -> list[tuple[str, str, str]]:
    return [(it.unit, it.message, it.what) for it in of(Remark, effects)]


def test_a_deputys_answer_stands_in_the_conversation_and_the_deputy_learns_that_it_was_read() -> None:
    """By incident. Said twice it is one message; the first of the room to read it reads it for the room."""
    room = Room()
    room.tell(called("c1", 0))
    about = f"incident/{room.incident.incident}"
    send = the(Send, room.tell(act("message.send", "unit/SO-1", 1, text="which door?", about=about)))
    effects = room.tell(said("mdt-1", "the back door", 5, send.id))
    assert remarks(effects) == [("SO-1", "r1", "delivered")]
    assert remarks(room.tell(said("mdt-1", "the back door", 6, send.id))) == [("SO-1", "r1", "delivered")]
    asked, answer = posts(room, about)
    assert (answer.author, answer.text, states(answer)) == ("SO-1", "the back door", {"room": "delivered"})
    effects = room.tell(act("message.read", answer.post, 8))
    assert remarks(effects) == [("SO-1", "r1", "read")]
    assert (answer.to["room"].read_by, answer.to["room"].read_at) == ("ada", when(8))
    assert remarks(room.tell(act("message.read", answer.post, 9, "sue"))) == []
    assert the(Send, room.tell(act("message.reply", about, 10, text="thanks"))).unit == "SO-1"
    assert states(asked) == {"SO-1": "sent"}


def test_an_answer_that_nobody_of_the_room_reads_is_silence_as_well() -> None:
    room = Room()
    effects = room.tell(said("SO-1", "need a second car", 0))
    room.tell(woke(timer(effects), 60))
    assert room.alert("unacknowledged").headline == "SO-1 waits for the room: need a second car"
    (post,) = posts(room, "unit/SO-1")
    room.tell(act("message.read", post.post, 61))
    assert room.alert("unacknowledged").state == "dismissed"


def test_an_answer_to_a_hit_stands_with_the_hit() -> None:
    room = Room()
    room.places()
    room.tell(hotlist(listed("ABC123"), s=1), read("ABC123", 2))
    alert = room.alert().alert
    room.tell(act("alert.confirm", alert, 3, action="go"))
    room.tell(woke(next(one for one in room.picture.pending.values() if isinstance(one, WakeAt)), 6.0))
    told = next(one for one in room.picture.pending.values() if isinstance(one, Send))
    room.tell(arrived(told, 6.5, told.unit), said(told.unit, "behind it now", 7, told.id))
    assert [post.text for post in posts(room, f"alert/{alert}")] == ["behind it now"]
    assert room.picture.messages.messages[told.id].delivered_at == when(6.5)


@pytest.mark.parametrize("who", ["PD-1", "ghost", "person/pat", "person/ghost", "SO-1"])
def test_strangers_partners_and_the_silent_say_nothing(who: str) -> None:
    room = Room()
    assert room.tell(said(who, "hello" if who != "SO-1" else "  ", 1)) == []


def test_people_who_take_part_hear_what_the_street_answers() -> None:
    """A detective who wrote in it, and not the operator, who is the room."""
    room = with_case("det")
    room.tell(act("message.send", "unit/SO-1", 1, text="look at the car", about="case/26-7"))
    room.tell(act("message.reply", "case/26-7", 2, "det", text="and at the plate"))
    room.tell(said("SO-1", "it is gone", 3, next(iter(room.picture.threads.sent))))
    assert states(posts(room, "case/26-7")[-1]) == {"room": "delivered", "person/det": "sent"}


# --- bounds -------------------------------------------------------------------------------------------------------


def test_a_busy_month_is_forgotten_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever still waits is kept as long as anything else can go; nothing dangles."""
    monkeypatch.setattr("center.core.threads.MAX_POSTS", 5)
    room = Room()
    for n in range(9):
        effects = room.tell(act("unit.message", f"SO-{n % 3 + 1}", n, text=f"{n}"))
        room.tell(*(acked(send, n + 0.5, send.unit) for send in of(Send, effects) if n))
    kept = room.picture.threads
    assert [post.text for post in kept.posts.values()] == ["0", "5", "6", "7", "8"]
    assert sum(len(thread.posts) for thread in kept.threads.values()) == len(kept.sent) == 5
