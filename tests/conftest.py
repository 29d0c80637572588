"""Fixtures of every test: see `shared/runtime/testing/servers.py`."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["shared.runtime.testing.servers"]

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("argot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("argot")
