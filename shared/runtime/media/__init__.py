"""Hostile audio and video, decoded in a sandboxed child by ffmpeg: the only way media is opened."""
