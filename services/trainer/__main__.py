"""The trainer service as a process."""

from shared.runtime.service.launcher import serve

serve("trainer")
