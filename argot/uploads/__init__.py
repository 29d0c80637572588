"""Files on their way into storage: parts in parallel, tried again, resumed by a later run."""
