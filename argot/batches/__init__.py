"""Many recordings at once: found in folders, sent one by one, their results as they come."""
