"""Work that may lose its purpose while it is done."""


class Unwanted(Exception):
    """Nobody wants the result any more; the work was left."""
