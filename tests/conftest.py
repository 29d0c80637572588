"""Fixtures of every test: see `shared/runtime/testing/servers.py`."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["shared.runtime.testing.servers"]

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("argot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("argot")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait, for leases to end and processes to start."""
    return len(os.sched_getaffinity(0)) + 1
