"""What the transcriber decides: what it takes, and how transcripts are written."""
