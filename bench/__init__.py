"""Measurements: `make bench NAME=…` runs one; its last line is `BENCH ` and a JSON object."""
