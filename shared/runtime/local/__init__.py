"""Private servers on loopback ports, for development and tests. Linux only."""
