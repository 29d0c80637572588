"""The ingest service as a process."""

from shared.runtime.service.launcher import serve

serve("ingest")
