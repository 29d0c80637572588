"""Write a service's next migration from its models: `migration.py SERVICE NUMBER MESSAGE`."""

import sys
from pathlib import Path

from alembic import command
from sqlalchemy import DateTime, create_engine
from sqlalchemy.types import TypeDecorator

from shared.runtime import migrations

TEMPLATE = Path("shared/runtime/alembic/script.py.mako")


def plain_types(kind: str, item: object, _context: object) -> str | bool:
    """Migrations name SQL types only, so that they outlive our own ones."""
    if kind == "type" and isinstance(item, TypeDecorator) and isinstance(item.impl, DateTime):
        return "sa.DateTime(timezone=True)"
    return False


def main(service: str, number: str, message: str) -> None:
    """Compare the models with an empty database brought to the newest revision."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        config = migrations.config(service)
        config.attributes["connection"] = connection
        config.attributes["render_item"] = plain_types
        config.set_main_option("script_location", f"services/{service}/migrations")
        template = Path(f"services/{service}/migrations/script.py.mako")
        template.write_text(TEMPLATE.read_text())
        try:
            command.upgrade(config, "head")
            command.revision(config, message=message, autogenerate=True, rev_id=number)
        finally:
            template.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:4])
