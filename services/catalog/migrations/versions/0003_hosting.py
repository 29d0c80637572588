"""hosting."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NEWEST = ["organisation_id", "last_modified", "id"]
_LIVING = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.add_column(
        "custom_models",
        sa.Column("hosting_turn", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("custom_models", sa.Column("hosting_refusal", sa.JSON(), nullable=True))
    op.drop_index("custom_models_newest", table_name="custom_models")
    op.create_index(
        "custom_models_newest",
        "custom_models",
        _NEWEST,
        unique=False,
        sqlite_where=_LIVING,
        postgresql_where=_LIVING,
    )
    op.create_index(
        "custom_models_enabled",
        "custom_models",
        ["organisation_id", "name"],
        unique=False,
        sqlite_where=sa.text("enabled = 1 AND deleted_at IS NULL"),
        postgresql_where=sa.text("enabled AND deleted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("custom_models_enabled", table_name="custom_models")
    op.drop_index("custom_models_newest", table_name="custom_models")
    op.create_index("custom_models_newest", "custom_models", _NEWEST, unique=False)
    op.drop_column("custom_models", "hosting_refusal")
    op.drop_column("custom_models", "hosting_turn")
