"""Whose turn it is: lines get the same, whatever comes and however it is divided."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.domain.turns import SHORT_SECONDS, guessed_seconds, line_for, turn

LONG, CLIP = 7200, 60


class Job(NamedTuple):
    turn: int
    number: int
    line: str
    seconds: int


class Queue:
    """What the database does: jobs come, and the one with the lowest turn begins."""

    def __init__(self) -> None:
        self.clock, self.count = 0, 0
        self.waiting: list[Job] = []
        self.begun: list[Job] = []

    def come(self, line: str, seconds: int) -> Job:
        ahead = max((each.turn for each in self.of(line)), default=0)
        job = Job(turn(self.clock, ahead, seconds), self.count, line, seconds)
        self.count += 1
        self.waiting.append(job)
        return job

    def of(self, line: str) -> list[Job]:
        return [each for each in self.waiting if each.line == line]

    def begin(self) -> None:
        if self.waiting:
            job = min(self.waiting)
            self.waiting.remove(job)
            self.clock = max(self.clock, job.turn)
            self.begun.append(job)

    def drain(self) -> str:
        while self.waiting:
            self.begin()
        return "".join(each.line for each in self.begun)


COMES = st.tuples(st.sampled_from("abc"), st.integers(1, 40))


@given(st.lists(st.none() | COMES, max_size=60))
def test_a_job_lets_others_go_before_it_for_as_long_as_its_own_line_takes(
    steps: list[tuple[str, int] | None],
) -> None:
    queue = Queue()
    came: dict[Job, tuple[int, int]] = {}
    for step in steps:
        if step is None:
            queue.begin()
            continue
        line, seconds = step
        own = seconds + sum(each.seconds for each in queue.of(line))
        came[queue.come(line, seconds)] = (len(queue.begun), own)
    queue.drain()

    assert len(queue.begun) == len(came)
    for job, (since, own) in came.items():
        between = queue.begun[since : queue.begun.index(job)]
        for line in set("abc") - {job.line}:
            others = [each.seconds for each in between if each.line == line]
            assert sum(others[1:]) <= own


@given(st.lists(st.integers(1, 40), min_size=2, max_size=30))
def test_a_line_keeps_its_order(lengths: list[int]) -> None:
    queue = Queue()
    for seconds in lengths:
        queue.come("a", seconds)
    queue.drain()
    assert [each.seconds for each in queue.begun] == lengths


def test_who_brings_a_thousand_jobs_lets_others_in() -> None:
    queue = Queue()
    for _ in range(1000):
        queue.come("a", CLIP)
    for _ in range(10):
        queue.begin()
    for _ in range(3):
        queue.come("b", CLIP)
    assert queue.drain()[10:16] == "ababab"


def test_clips_go_before_the_next_long_recording() -> None:
    queue = Queue()
    for _ in range(3):
        queue.come("a", LONG)
    queue.begin()
    for _ in range(20):
        queue.come("b", CLIP)
    assert queue.drain() == "a" + 20 * "b" + "aa"


def test_a_long_recording_has_its_turn_however_many_clips_come() -> None:
    queue = Queue()
    queue.come("a", LONG)
    while queue.waiting:
        queue.come("b", CLIP)
        queue.begin()
        if "a" in {each.line for each in queue.begun}:
            break
    assert len(queue.begun) == LONG // CLIP


def test_who_comes_back_has_saved_nothing_up_and_owes_nothing() -> None:
    queue = Queue()
    for _ in range(100):
        queue.come("a", CLIP)
        queue.begin()
    for _ in range(3):
        queue.come("b", CLIP)
        queue.come("a", CLIP)
    assert queue.drain()[100:] == "bababa"


def test_the_length_is_guessed_by_the_kind_of_file() -> None:
    hour = {
        "speech.wav": 16_000 * 2 * 3600,
        "studio.wav": 44_100 * 4 * 3600,
        "talk.mp3": 8_000 * 3600,
        "music.M4A": 32_000 * 3600,
        "talk.flac": 16_000 * 3600,
        "film.mp4": 500_000 * 3600,
        "call.webm": 3_000 * 3600,
        "meeting.WEBM": 6_000 * 3600,
        "talk.mkv": 16_000 * 3600,
    }
    for name, size in hour.items():
        assert 3600 / 3 < guessed_seconds(name, size) < 3600 * 3, name
    assert guessed_seconds("empty.wav", 1) == 1


def test_short_is_ten_minutes() -> None:
    assert line_for(SHORT_SECONDS) == "short"
    assert line_for(SHORT_SECONDS + 1) == "long"
