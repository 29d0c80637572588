"""What the base model makes of the held-out part and of noise."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .ears import Ears
from .exam import Answers, Exam
from .fault import EngineFault
from .material import Material
from .noise import waveforms, words_a_minute
from .recogniser import Recogniser
from .recording import Clip
from .table import Table

NOT_UNDERSTOOD = 0.6
"""Word error rate of a base model on a language that is not the one it is told to expect, or that
it hardly knows."""

UNDERSTOOD = 0.5
"""Word error rate of a base model that is told the right language. It also hears a language that it
hardly knows as a neighbour of it, but then writes other words than those that are said."""


@dataclass(frozen=True)
class Baseline:
    """The exams that every model sits, and the base model's answers.

    ``noise`` are rows without speech; ``hallucinated`` the words a minute that it hears in them.
    """

    test: Exam
    development: Exam
    noise: npt.NDArray[np.float32]
    test_answers: Answers
    development_answers: Answers
    hallucinated: float

    def words_in_noise(self, recogniser: Recogniser) -> float:
        """Words a minute that a model hears where nobody speaks."""
        return words_a_minute(recogniser.decode(self.noise), self.test.language)

    def heard(self) -> dict[Clip, str]:
        """The base model's texts."""
        clips = (*self.test.clips, *self.development.clips)
        texts = (*self.test_answers.texts, *self.development_answers.texts)
        return dict(zip(clips, texts, strict=True))


def listen(
    material: Material,
    language: str,
    ears: Ears,
    table: Table,
    recogniser: Recogniser,
    *,
    tick: Callable[[float], None],
) -> Baseline:
    """Let the base model transcribe the held-out part, whose rows are in the table.

    Raises:
        EngineFault: ``language-unlike-base``; and what ``tick`` raises.
    """
    parts = material.split
    test = Exam(parts.test, language, table, 0)
    development = Exam(parts.dev, language, table, len(parts.test))
    test_answers = test.sit(recogniser, lambda share: tick(share / 2))
    development_answers = development.sit(recogniser, lambda share: tick((1 + share) / 2))
    _refuse_another_language(material, test, test_answers, recogniser)
    noise = np.stack([ears.hear(each) for each in waveforms()])
    hallucinated = words_a_minute(recogniser.decode(noise), language)
    return Baseline(test, development, noise, test_answers, development_answers, hallucinated)


def _refuse_another_language(
    material: Material, test: Exam, answers: Answers, recogniser: Recogniser
) -> None:
    """All signs together: the base model understands nothing, but does in a language it hears."""
    if answers.wer <= NOT_UNDERSTOOD:
        return
    wanted, spoken = test.language, test.spoken(recogniser)
    if spoken is None or spoken == wanted:
        return
    # Told the wrong language it may write some of it in the right one all the same.
    if test.rate_told(recogniser, spoken) <= min(UNDERSTOOD, answers.wer / 2):
        message = f"The recordings sound like the language {spoken!r}, not like {wanted!r}."
        data = material.use()
        raise EngineFault("language-unlike-base", message, fault="data", data=data)
