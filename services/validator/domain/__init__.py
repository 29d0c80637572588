"""The verdict: which files pair, whether they are enough to train on, and what looks wrong."""
