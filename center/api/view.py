"""What every view has.

Knows: that a field which has its default is left out.
Refuses to know: any view in particular.
"""

from __future__ import annotations

import msgspec


class View(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Absent fields are unknown."""
