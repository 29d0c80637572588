"""Long work is leased: a worker that dies gives its job to another."""

import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from shared.runtime.database import Database
from shared.runtime.worker.jobs import JobLoop, JobQueue, Lease


def add(database: Database, table: Any, *ids: str) -> None:
    with database.transaction() as session:
        session.add_all([table(id=each) for each in ids])


def queue(database: Database, table: Any, seconds: float = 30) -> JobQueue[Any]:
    return JobQueue(database, table, table.done.is_(False), lease_seconds=seconds)


def finish(database: Database, table: Any, job_id: str) -> None:
    with database.transaction() as session:
        session.execute(sa.update(table).where(table.id == job_id).values(done=True))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.01)


def test_jobs_are_leased_once_and_oldest_first(database: Database, job_table: Any) -> None:
    add(database, job_table, "1", "2")
    one, other = queue(database, job_table), queue(database, job_table)

    taken = [one.take(), other.take(), one.take()]

    assert [job and job.id for job in taken] == ["1", "2", None]


def test_a_queue_has_an_order_of_its_own(database: Database, job_table: Any) -> None:
    add(database, job_table, "1", "2", "3")
    waiting, last_first = job_table.done.is_(False), [job_table.id.desc()]
    jobs = JobQueue(database, job_table, waiting, lease_seconds=30, order=last_first)

    assert [job and job.id for job in (jobs.take(), jobs.take())] == ["3", "2"]


def test_of_many_workers_each_job_goes_to_one(database: Database, job_table: Any) -> None:
    add(database, job_table, *(f"{number:02}" for number in range(20)))
    taken: list[str] = []

    def work() -> None:
        own = queue(database, job_table)
        while (job := own.take()) is not None:
            taken.append(job.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [f"{number:02}" for number in range(20)]


def test_a_lease_that_ran_out_is_taken_by_another(database: Database, job_table: Any) -> None:
    add(database, job_table, "1")
    dead, living = queue(database, job_table, seconds=0.2), queue(database, job_table)
    assert dead.take() is not None
    until(lambda: living.take() is not None)

    assert not dead.renew("1")
    with database.transaction() as session:
        row = session.get_one(job_table, "1")
        assert (row.attempts, row.lease_owner) == (2, living.owner)


def test_a_job_given_back_is_free_at_once(database: Database, job_table: Any) -> None:
    add(database, job_table, "1")
    one, other = queue(database, job_table), queue(database, job_table)
    one.take()
    one.give_back("1")

    assert other.take() is not None


def test_the_loop_renews_while_it_works(database: Database, job_table: Any) -> None:
    add(database, job_table, "1")
    release, done = threading.Event(), threading.Event()

    def work(job: Any, lease: Lease) -> None:
        release.wait(30)
        finish(database, job_table, job.id)
        done.set()

    jobs = queue(database, job_table, seconds=0.5)
    loop = JobLoop("test", jobs, work, poll_seconds=0.01)
    loop.start()
    other = queue(database, job_table)
    deadline = time.monotonic() + 1.5
    until(lambda: time.monotonic() > deadline)
    assert other.take() is None, "the lease was renewed beyond its first half second"
    release.set()
    assert done.wait(10)
    loop.stop()


def test_work_is_told_when_its_job_waits_no_more(database: Database, job_table: Any) -> None:
    add(database, job_table, "1")
    started, told = threading.Event(), threading.Event()

    def work(job: Any, lease: Lease) -> None:
        started.set()
        if lease.lost.wait(10):
            told.set()

    loop = JobLoop("test", queue(database, job_table, seconds=0.4), work, poll_seconds=0.01)
    loop.start()
    assert started.wait(10)
    finish(database, job_table, "1")  # cancelled elsewhere

    assert told.wait(10)
    loop.stop()


def test_a_job_that_raises_is_tried_again(database: Database, job_table: Any) -> None:
    add(database, job_table, "1")
    attempts: list[int] = []

    def work(job: Any, lease: Lease) -> None:
        attempts.append(job.attempts)
        if len(attempts) < 3:
            raise RuntimeError
        finish(database, job_table, job.id)

    loop = JobLoop("test", queue(database, job_table), work, poll_seconds=0.01)
    loop.start()
    until(lambda: len(attempts) == 3)
    loop.stop()

    assert attempts == [1, 2, 3]
