"""The tables of ingest and their queries."""
