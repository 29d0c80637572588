"""What ingest does outside of its database: opens files, asks what is installed."""
