"""What goes wrong in ways that a person can do something about."""


class ExpectedError(Exception):
    """An expected failure; its text is one sentence for the person at the terminal."""
