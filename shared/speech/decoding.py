"""How a model's texts are found, alike where it serves and where it is scored."""

BEAM_SIZE = 5
"""Texts that are pursued at a time, as in OpenAI's and faster-whisper's own defaults."""
