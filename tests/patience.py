"""How long tests wait for what must happen.

Knows: machines that do ten other things meanwhile. A test that passes goes on at once, whatever stands here.
Refuses to know: what is waited for.
"""

from __future__ import annotations

PATIENCE_S = 60.0
"""How long a condition may take on a busy machine before a test gives up."""
