"""What the worker reaches for: models on disk and in memory, the recogniser, storage's faults."""
