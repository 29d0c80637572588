"""The nameko side of the runtime; nothing outside it imports nameko or eventlet."""
