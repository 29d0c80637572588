"""The tables of the catalog and their queries."""
