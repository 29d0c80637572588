"""What the demo prints at its end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice

from argot.demo.scoring import Heard, differing, rates, unlike
from argot.terminal import percent

EXAMPLES = 6
TRANSCRIPT_LENGTH = 500


@dataclass(frozen=True)
class Figures:
    """The last line; seconds of audio and of wall time, error rates as fractions."""

    language: str
    base_model: str
    train_seconds: float
    test_seconds: float
    base_wer: float
    tuned_wer: float
    train_wall_s: float
    job_wall_s: float
    events: dict[str, int]
    trainer_peak_mb: float

    def as_line(self) -> str:
        """`DEMO ` and one JSON object."""
        rounded = {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }
        return f"DEMO {json.dumps(rounded)}"


def print_transcripts(forms: Mapping[str, str], name: str) -> None:
    """One transcript in every format."""
    print(f"\nThe transcript of {name} in every format:")
    for form, text in forms.items():
        shown = text.strip()
        if len(shown) > TRANSCRIPT_LENGTH:
            shown = shown[:TRANSCRIPT_LENGTH] + " …"
        print(f"--- {form}\n{shown}")


def print_examples(heard: list[Heard], language: str) -> None:
    """Where the models differ most, also to the tuned model's cost."""
    found = differing(heard, language)
    better = [each for each in found if each[2] < each[1]]
    worse = [each for each in reversed(found) if each[2] > each[1]]
    print(
        f"\nThe custom model makes fewer errors in {len(better)} of {len(heard)} prompts, more in "
        f"{len(worse)}. For example, with the number of wrong words:"
    )
    for each, base_errors, tuned_errors in (*islice(better, EXAMPLES), *islice(worse, 2)):
        print(f"  said         {each.reference}")
        print(f"  base   ({base_errors:2})  {each.base}")
        print(f"  custom ({tuned_errors:2})  {each.tuned}\n")


def print_summary(
    figures: Figures, took: Mapping[str, float], heard: list[Heard], known: list[str]
) -> None:
    """Times, events and error rates."""
    print("Time per step:")
    for name, seconds in took.items():
        print(f"  {name:<34} {seconds:6.1f} s")
    print("Events on the bus:")
    for event, number in sorted(figures.events.items()):
        print(f"  {event:<34} {number:6}")
    print(f"Trainer's peak memory: {figures.trainer_peak_mb:.0f} MB")
    print(f"\nWord error rate on {len(heard)} held-out prompts ({figures.test_seconds:.0f} s):")
    print(f"  base model    {percent(figures.base_wer)}")
    print(f"  custom model  {percent(figures.tuned_wer)}")
    new = unlike(heard, known, figures.language)
    base, tuned = rates(new, figures.language)
    print(f"On the {len(new)} of them that are unlike every sentence of the training data:")
    print(f"  base model    {percent(base)}\n  custom model  {percent(tuned)}")
