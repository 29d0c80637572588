"""The gateway: HTTP in, calls out."""
