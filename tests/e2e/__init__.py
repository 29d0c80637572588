"""A package, so that its files share one stack."""
