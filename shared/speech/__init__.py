"""Rules about transcripts and file names, shared by every service: pure, without I/O."""
