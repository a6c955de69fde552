"""A table of the site file: what all of them have in common.

Knows: that a key nobody knows is a mistake, and which values are nobody's business.
Refuses to know: what any table means.
"""

from __future__ import annotations

from typing import Any

import msgspec

_SECRETS = ("password", "token", "token_sha256", "client_secret", "streams")


class Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A table of the site file: a key that nobody knows is a mistake, not a comment. Shown, it keeps its secrets."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        said = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return [(name, "secret" if value and name in _SECRETS else value) for name, value in said]
