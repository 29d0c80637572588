"""The gateway as a process."""

from shared.runtime.service.launcher import serve

serve("gateway")
