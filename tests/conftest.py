"""Fixtures of every test: see `shared/runtime/testing/servers.py`."""

pytest_plugins = ["shared.runtime.testing.servers"]
