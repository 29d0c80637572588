"""What is installed on the machine."""

import shutil


def can_convert_video() -> bool:
    """Whether ffmpeg is installed."""
    return all(shutil.which(program) for program in ("ffmpeg", "ffprobe"))
