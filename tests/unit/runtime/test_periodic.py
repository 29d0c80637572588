import threading

from shared.runtime.worker.periodic import PeriodicLoop


def test_work_goes_on_after_a_failure_and_ends_when_asked() -> None:
    third = threading.Event()
    rounds: list[int] = []

    def work() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            third.set()
        raise ValueError(rounds)

    loop = PeriodicLoop("sweep", work, seconds=0.001)
    loop.start()
    assert third.wait(10)
    loop.stop()
    assert not any(thread.name == "sweep" for thread in threading.enumerate())


def test_the_next_round_is_not_waited_for_at_the_end() -> None:
    begun = threading.Event()
    loop = PeriodicLoop("sweep", begun.set, seconds=3600)
    loop.start()
    assert begun.wait(10)
    loop.stop()
    assert not any(thread.name == "sweep" for thread in threading.enumerate())
