"""Uploads and dataset files: storing, probing, converting, downloading."""
