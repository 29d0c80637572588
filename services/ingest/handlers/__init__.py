"""The use cases of ingest: uploads, rows, and what nobody needs any more."""
