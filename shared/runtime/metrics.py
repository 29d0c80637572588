"""The metrics that every process serves at `/metrics`."""

from prometheus_client import Counter, Histogram

MESSAGES = Counter(
    "argot_messages_total",
    "Messages from the inbox queue, by what became of them.",
    ["event", "outcome"],
)
RELAYED = Counter("argot_events_relayed_total", "Events that the broker confirmed.")
CALLS = Histogram(
    "argot_rpc_seconds",
    "Time to answer a call.",
    ["method", "outcome"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
JOBS = Histogram(
    "argot_job_seconds",
    "Time that a worker spent on a job.",
    ["job", "outcome"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400),
)
