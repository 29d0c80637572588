from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain import text_facts
from shared.events.data import TextFacts
from shared.speech.cues import Cue, segment
from shared.speech.source import plain

CUES = st.lists(
    st.builds(
        lambda start, length, text: Cue(start, start + length, plain(text)),
        st.floats(0, 1000),
        st.floats(0.1, 100),
        st.text("aé日 ", min_size=1, max_size=200).filter(str.strip),
    ),
    min_size=1,
)


def test_cues_become_labels_after_the_limits() -> None:
    long = Cue(0.0, 60.0, "aa bb cé dd")
    short = Cue(60.0, 60.4, "never a label however long it is")
    assert text_facts([long, short], "fr") == TextFacts(
        characters=11 + 32, words=4 + 7, spoken_seconds=60.4, longest_label=6, language="fr"
    )


def test_a_text_without_times_is_one_label() -> None:
    assert text_facts(["one two\nthree"], None) == TextFacts(
        characters=13, words=3, spoken_seconds=None, longest_label=13, language=None
    )


def test_spoken_seconds_are_known_for_all_rows_or_not_at_all() -> None:
    assert text_facts([Cue(0, 1, "a"), "b"], None).spoken_seconds is None


def test_cues_that_are_all_too_short_have_no_label() -> None:
    assert text_facts([Cue(0, 0.1, "hello")], None).longest_label == 0


@given(CUES)
def test_no_label_of_the_trainer_is_longer(cues: list[Cue]) -> None:
    facts = text_facts(cues, None)
    labels = [len(cue.text.encode()) for cue in segment(cues).kept]
    assert facts.longest_label == max(labels, default=0)
    assert facts.words == sum(len(cue.text.split()) for cue in cues)
