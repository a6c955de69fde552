"""What every test shares.

Knows: how Hypothesis is to behave on shared, noisy machines.
Refuses to know: any test.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("house")
