"""The events that services publish: one module a publisher, one class an event."""
