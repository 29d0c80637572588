"""A recording's length and levels, read from what ffmpeg tells of each tenth of a second.

The samples never come into this process: for ten hours it reads some 100 MB of text instead of
1.2 GB of sound.
"""

from shared.events.data import AudioLevels

SAMPLE_RATE = 16_000

_FIGURES = "Min_level+Max_level+RMS_level+Peak_count+Number_of_samples"
# Metadata of the file itself is deleted first, so that it cannot pass for ffmpeg's figures.
FILTERS = ",".join(
    [
        f"aformat=sample_fmts=s16:sample_rates={SAMPLE_RATE}:channel_layouts=mono",
        f"asetnsamples=n={SAMPLE_RATE // 10}:p=0",
        "ametadata=mode=delete",
        f"astats=metadata=1:reset=1:measure_perchannel=none:measure_overall={_FIGURES}",
        r"ametadata=mode=print:file=pipe\\:1",
    ]
)
BYTES_PER_SECOND = 10 * 400
"""More than ffmpeg writes for a second of sound."""

_SILENT_DB = -50.0
_LEAST, _GREATEST = -32768.0, 32767.0
_PREFIX = b"lavfi.astats.Overall."


class Meter:
    """Takes the text in any chunks; `samples` are those of mono sound at 16 kHz."""

    def __init__(self) -> None:
        self.samples = 0
        self._tenths = self._silent = self._clipped = 0
        self._peak = 0.0
        self._rest = b""
        self._told: dict[bytes, float] = {}

    def take(self, chunk: bytes) -> None:
        """Read the lines that are whole by now."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"frame:"):
                self._count()
            elif line.startswith(_PREFIX):
                name, _, value = line.removeprefix(_PREFIX).partition(b"=")
                self._told[name] = float(value)

    def levels(self) -> AudioLevels:
        """What was taken, to its end."""
        self.take(b"\n")
        self._count()
        return AudioLevels(
            peak=round(self._peak, 6),
            silence=round(self._silent / max(1, self._tenths), 6),
            clipping=round(self._clipped / max(1, self.samples), 6),
        )

    def _count(self) -> None:
        """Add the tenth whose figures are complete."""
        told, self._told = self._told, {}
        if not told:
            return
        samples = int(told[b"Number_of_samples"])
        least, greatest = told[b"Min_level"], told[b"Max_level"]
        self.samples += samples
        self._tenths += 1
        self._silent += told[b"RMS_level"] < _SILENT_DB
        self._peak = max(self._peak, least / _LEAST, greatest / _GREATEST)
        self._clipped += _clipped(least, greatest, int(told[b"Peak_count"]), samples)


def _clipped(least: float, greatest: float, count: int, samples: int) -> int:
    """Samples at full scale, of `count` at the least and at the greatest level together.

    Where one of the two is no full scale, a single sample is taken to be there.
    """
    ends = (least <= _LEAST) + (greatest >= _GREATEST)
    if not ends:
        return 0
    return samples if least == greatest else count - (2 - ends)
