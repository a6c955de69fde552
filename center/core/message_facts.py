"""What becomes of a message, as those who have it say.

Knows: the shape of these facts; events.py counts them among all the others.
Refuses to know: by what a message travelled, and whether anybody had sent it.

`unit` is whoever speaks: a unit by any name of its equipment, or a person of the roster as `person/NAME`.
"""

from __future__ import annotations

from center.core.fact import Event

PERSON = "person/"


class MessageDelivered(Event, frozen=True, kw_only=True):
    """The message is on the recipient's screen; nobody has looked at it yet. `message` is its id."""

    unit: str
    message: str


class MessageReplied(Event, frozen=True, kw_only=True):
    """Somebody writes to the room. `to` is the message that is answered, if any; `mark` is the sender's own id of what
    is said: the same mark twice is one message. `to_room`: it came by a connection to this center and named the room,
    which what another agency's people write must have done: what they write to each other is theirs."""

    unit: str
    text: str
    mark: str = ""
    to: str = ""
    to_room: bool = False
