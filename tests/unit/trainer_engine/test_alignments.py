from pathlib import Path

from services.trainer.engine.alignment import Aligned
from services.trainer.engine.alignments import Alignments
from services.trainer.engine.recording import Recording, Segment

RECORDING = Recording("à la mer.wav", Path("none.pcm"), ())
FIRST = Segment(0.1, 45.7, "un deux trois")
SECOND = Segment(50.0, 81.3, "quatre")


def test_what_was_heard_once_is_known_to_every_later_attempt() -> None:
    heard: list[Segment] = []

    def listen(_recording: Recording, segment: Segment) -> Aligned:
        heard.append(segment)
        middle = segment.start + 1 / 3
        piece = Segment(segment.start, middle, segment.text)
        return Aligned((piece,), ((middle, segment.end),))

    first = Alignments(listen, None)
    found = [first(RECORDING, each) for each in (FIRST, FIRST)]
    assert heard == [FIRST]

    later = Alignments(listen, first.tensor())
    assert [later(RECORDING, FIRST)] * 2 == found
    assert heard == [FIRST]
    later(RECORDING, SECOND)
    assert heard == [FIRST, SECOND]
