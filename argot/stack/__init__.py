"""All of Argot on one machine: private servers, and every service a process of its own."""

from argot.stack.local import Stack
from argot.stack.processes import ARGOT, ProcessSpec

__all__ = ["ARGOT", "ProcessSpec", "Stack"]
