"""How much of the tuned weights to keep.

Interpolating base and tuned weights keeps most of what training taught and most of what it would
have made the model forget.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from .ct2 import ModelFile
from .exam import Answers
from .weights import changed_file, export_model

PREFERRED = 0.75
"""The share that was best in trials; a small development part cannot tell better than that."""

NOISE = 0.01
"""Word error rates this close on the development part count as equal."""


def blend(
    base: Mapping[str, torch.Tensor], tuned: Mapping[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """``base + share * (tuned - base)``, name by name; exactly ``tuned`` at 1."""
    return {name: torch.lerp(base[name], tuned[name].detach().cpu(), share) for name in tuned}


def choose(wers: Mapping[float, float]) -> float:
    """The share to keep, by the development part's word error rates.

    Of the shares within a point of the best the one nearest to 0.75; the base model (0) only if
    it is better than every other by more than that.
    """
    best = min(wers.values())
    good = [share for share, wer in wers.items() if wer <= best + NOISE]
    return min(good, key=lambda share: (share == 0, abs(share - PREFERRED)))


class Blender:
    """Candidates as CTranslate2 directories, one at a time in the same place."""

    def __init__(
        self,
        base_file: ModelFile,
        base_dir: Path,
        base: Mapping[str, torch.Tensor],
        tuned: Mapping[str, torch.Tensor],
    ) -> None:
        self._base_file = base_file
        self._base_dir = base_dir
        self._base = base
        self._tuned = tuned

    def file(self, share: float) -> ModelFile:
        """The blended model; the base's own tensors at 0."""
        if share == 0:
            return self._base_file
        return changed_file(self._base_file, blend(self._base, self._tuned, share))

    def compare(
        self,
        shares: tuple[float, ...],
        candidate_dir: Path,
        score: Callable[[Path], Answers],
    ) -> dict[float, float]:
        """Word error rate of each share, as ``score`` finds it on the exported candidate."""
        wers: dict[float, float] = {}
        for share in shares:
            export_model(self.file(share), self._base_dir, candidate_dir)
            wers[share] = score(candidate_dir).wer
        return wers
