"""What people write to each other, and bulletins, as facts that a sequence may be drawn from.

Knows: who could say what to whom. Refuses to know: how a sequence is drawn (see sequences).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from center.core.events import Event, OperatorActed
from center.core.message_facts import MessageDelivered, MessageReplied

Facts = st.SearchStrategy[Event]


def talk(
    fact: Callable[..., Facts],
    words: st.SearchStrategy[str],
    marks: st.SearchStrategy[str],
    requests: st.SearchStrategy[Any],
) -> tuple[Facts, ...]:
    return (
        fact(
            OperatorActed,
            operator=st.sampled_from(("ada", "sue", "det")),
            act=st.just("message.send"),
            subject=st.sampled_from(("unit/SO-1", "agency/CPSO", "case/26-1", "shift/none")),
            request=requests,
            details=st.fixed_dictionaries(
                {"text": words}, optional={"about": st.sampled_from(("case/26-1", "incident/none"))}
            ),
        ),
        fact(
            OperatorActed,
            operator=st.sampled_from(("ada", "lee")),
            act=st.just("message.room"),
            subject=st.just("room"),
            request=requests,
            details=st.fixed_dictionaries({"text": words}),
        ),
        fact(
            OperatorActed,
            operator=st.sampled_from(("ada", "det")),
            act=st.sampled_from(("message.read", "message.reply", "messages.look")),
            subject=marks,
            request=requests,
            details=st.fixed_dictionaries({"text": words}),
        ),
        fact(
            OperatorActed,
            operator=st.just("sue"),
            act=st.sampled_from(("case.assign", "case.assign", "case.close")),
            subject=st.sampled_from(("26-1", "26-2", "26-3")),
            request=requests,
            details=st.just({"title": "t", "persons": "det sue"}),
        ),
        *bulletins(fact, marks, requests),
        fact(MessageDelivered, unit=st.sampled_from(("#", "SO-1", "person/det")), message=marks),
        fact(
            MessageReplied,
            unit=st.sampled_from(("SO-1", "mdt-2", "PD-1", "person/det", "person/pat")),
            text=words,
            mark=words,
            to=marks,
        ),
    )


def bulletins(
    fact: Callable[..., Facts], marks: st.SearchStrategy[str], requests: st.SearchStrategy[Any]
) -> tuple[Facts, ...]:
    """Drafted, decided, and read by those of other agencies that they are for."""
    return (
        fact(
            OperatorActed,
            operator=st.sampled_from(("ada", "det", "sue")),
            act=st.just("bulletin.draft"),
            subject=st.sampled_from(("new", "new", "#0")),
            request=requests,
            case=st.sampled_from((None, "26-1")),
            details=st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(("vehicle", "person")),
                    "confidence": st.just("likely"),
                    **{name: st.just(name) for name in ("title", "text")},
                    "until": st.sampled_from(("2026-01-03T12:00:00Z", "2026-01-20T12:00:00Z", "never")),
                    "sources": st.just("witness: w"),
                    "partners": st.sampled_from(("", "LCPD", "CPSO")),
                },
            ),
        ),
        fact(
            OperatorActed,
            operator=st.just("sue"),
            act=st.sampled_from(("bulletin.approve", "bulletin.approve", "bulletin.decline", "bulletin.withdraw")),
            subject=marks,
            request=requests,
            reason=st.just("why"),
        ),
        fact(
            OperatorActed,
            operator=st.sampled_from(("lee", "lee", "ada")),
            act=st.sampled_from(("bulletins.look", "bulletin.read", "bulletin.read")),
            subject=marks,
            request=requests,
        ),
    )
