"""The metrics of models, beside those that every process has."""

from prometheus_client import Counter, Gauge, Histogram

FOUND = Counter(
    "argot_models_found_total",
    "Models that jobs asked for, by where they were; disk and storage are those of custom models.",
    ["where"],
)
LOADS = Histogram(
    "argot_model_load_seconds",
    "Time to load a model from disk into memory.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
MEMORY_BYTES = Gauge(
    "argot_model_memory_bytes", "Of the models in memory, as they count for their cap."
)
DISK_BYTES = Gauge(
    "argot_model_disk_bytes", "Of custom models on disk, for all processes that share the folder."
)
