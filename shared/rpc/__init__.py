"""Questions and commands that need an answer now: one module an owner, one class a call."""
