"""Idempotency keys on both databases: whatever happens, one thing and one answer."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from uuid6 import uuid7

from shared.errors import ArgotError
from shared.rpc.contract import Idempotency, Repeatable, Reply
from shared.runtime import repeats
from shared.runtime.database import Database, now
from shared.runtime.repeats import RepeatColumns


class Base(DeclarativeBase):
    pass


class Repeat(RepeatColumns, Base):
    __tablename__ = "repeats"


class Thing(Base):
    __tablename__ = "things"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)


class Made(Reply):
    id: str


class MakeThing(Repeatable[Made]):
    service: ClassVar[str] = "things"


class MakeOther(Repeatable[Made]):
    service: ClassVar[str] = "things"


@pytest.fixture
def things(database: Database) -> Database:
    Base.metadata.drop_all(database.engine)
    Base.metadata.create_all(database.engine)
    return database


def make(
    things: Database, request: Repeatable[Made], before: Callable[[], object] = lambda: None
) -> Made:
    with things.transaction() as session:

        def create() -> Made:
            thing = Thing(id=str(uuid7()))
            session.add(thing)
            before()
            return Made(id=thing.id)

        return repeats.once(session, Repeat, request, create)


def request(key: str | None, digest: str = "d", organisation_id: str = "acme") -> MakeThing:
    idempotency = None if key is None else Idempotency(key=key, digest=digest)
    return MakeThing(organisation_id=organisation_id, idempotency=idempotency)


def count(session: Session, table: type[Base]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def counted(things: Database, table: type[Base]) -> int:
    with things.reading() as session:
        return count(session, table)


def test_the_same_request_gets_the_same_answer(things: Database) -> None:
    first = make(things, request("k"))
    assert make(things, request("k")) == first
    assert counted(things, Thing) == 1
    with things.reading() as session:
        assert repeats.earlier(session, Repeat, request("k")) == first
        assert repeats.earlier(session, Repeat, request("other")) is None
        assert repeats.earlier(session, Repeat, request(None)) is None


def test_another_request_under_the_key_is_refused(things: Database) -> None:
    make(things, request("k"))
    with pytest.raises(ArgotError, match="invalid-request"):
        make(things, request("k", digest="other"))
    with things.reading() as session, pytest.raises(ArgotError, match="invalid-request"):
        repeats.earlier(session, Repeat, request("k", digest="other"))
    assert counted(things, Thing) == 1


def test_keys_are_an_organisations_and_a_calls(things: Database) -> None:
    other = MakeOther(organisation_id="acme", idempotency=Idempotency(key="k", digest="d"))
    made = [
        make(things, request("k")),
        make(things, request("k", organisation_id="globex")),
        make(things, other),
        make(things, request(None)),
        make(things, request(None)),
    ]
    assert len({each.id for each in made}) == counted(things, Thing) == 5
    assert counted(things, Repeat) == 3


def test_a_refusal_leaves_the_key_free(things: Database) -> None:
    def refuse() -> None:
        raise ArgotError("language-not-published")

    with pytest.raises(ArgotError, match="language-not-published"):
        make(things, request("k"), refuse)
    assert (counted(things, Thing), counted(things, Repeat)) == (0, 0)
    make(things, request("k", digest="mended"))


@pytest.mark.parametrize("first_fails", [False, True])
def test_twins_make_one_thing(things: Database, *, first_fails: bool) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def linger() -> None:
        inside.set()
        assert go_on.wait(10)
        if first_fails:
            raise ArgotError("language-exists")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(make, things, request("k"), linger)
        assert inside.wait(10)
        second = pool.submit(make, things, request("k"))
        go_on.set()
        if first_fails:
            with pytest.raises(ArgotError, match="language-exists"):
                first.result(10)
            assert second.result(10).id
        else:
            assert second.result(10) == first.result(10)
    assert counted(things, Thing) == 1


def test_many_twins_at_once(things: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: make(things, request("k")), range(24)))
    assert len({each.id for each in made}) == counted(things, Thing) == 1


def test_old_keys_are_swept(things: Database) -> None:
    for number in range(30):
        make(things, request(f"old {number}"))
    make(things, request("young"))
    with things.transaction() as session:
        past = now() - repeats.KEPT - timedelta(seconds=1)
        old = Repeat.key.startswith("old")
        session.execute(sa.update(Repeat).where(old).values(created_at=past))
    make(things, request("next"))
    assert counted(things, Repeat) == 32 - repeats.SWEPT_AT_ONCE
    make(things, request("last"))
    with things.reading() as session:
        assert set(session.scalars(sa.select(Repeat.key))) == {"young", "next", "last"}
