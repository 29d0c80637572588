"""HTTP on nameko and eventlet: connections, requests, answers, the end in order."""
