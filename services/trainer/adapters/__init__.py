"""What the trainer's worker reaches for: storage, the sandbox, the engine's process, its disk."""
