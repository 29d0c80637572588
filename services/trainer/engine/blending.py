"""How much of the tuned weights to keep.

Interpolating base and tuned weights keeps most of what training taught and most of what it would
have made the model forget.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from .ct2 import ModelFile
from .exam import Answers
from .scoring import beyond_chance, can_tell
from .weights import changed_file, export_model

PREFERRED = 0.75
"""The share that was best in trials; a small development part cannot tell better than that."""


def blend(
    base: Mapping[str, torch.Tensor], tuned: Mapping[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """``base + share * (tuned - base)``, name by name; exactly ``tuned`` at 1."""
    return {name: torch.lerp(base[name], tuned[name].detach().cpu(), share) for name in tuned}


def choose(answers: Mapping[float, Answers]) -> float:
    """The share to keep, by what each of them made of the development part.

    Of the shares that make no more errors than the base model (0), and that cannot be told apart
    from the best one, the one nearest to 0.75; the base model where there is none. Where the part
    has too few clips to tell anything apart, the smallest of those that make fewer.
    """
    base = answers[0.0]
    tells = can_tell(len(base.counts))
    best = min(answers.values(), key=lambda each: each.wer)

    def as_good(found: Answers) -> bool:
        pairs = zip(found.counts, best.counts, strict=True)
        return not beyond_chance([mine.errors - theirs.errors for mine, theirs in pairs])

    def no_worse(found: Answers) -> bool:
        return found.wer <= base.wer if tells else found.wer < base.wer

    good = [
        share for share, found in answers.items() if share and no_worse(found) and as_good(found)
    ]
    preferred = PREFERRED if tells else 0.0
    return min(good, key=lambda share: abs(share - preferred), default=0.0)


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
    ) -> dict[float, Answers]:
        """What each share answers, as ``score`` finds it on the exported candidate."""
        answers: dict[float, Answers] = {}
        for share in shares:
            export_model(self.file(share), self._base_dir, candidate_dir)
            answers[share] = score(candidate_dir)
        return answers
