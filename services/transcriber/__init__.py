"""Transcriptions: jobs, their audio, recognition and results."""
