"""The private PostgreSQL, and the databases that tests get."""

import sqlalchemy

from shared.runtime.local.postgres import PostgresAddress


def test_each_kind_of_database_takes_a_table(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE kept (id INTEGER)"))
        connection.execute(sqlalchemy.text("INSERT INTO kept VALUES (1)"))
    assert sqlalchemy.inspect(engine).get_table_names() == ["kept"]
    engine.dispose()


def test_creating_a_database_twice_keeps_it(postgres: PostgresAddress) -> None:
    assert postgres.create_database("twice") == postgres.create_database("twice")
