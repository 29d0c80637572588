"""The tables of quota and their queries."""
