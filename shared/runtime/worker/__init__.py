"""The side of the runtime for heavy work: plain processes with threads, pika, no eventlet."""
