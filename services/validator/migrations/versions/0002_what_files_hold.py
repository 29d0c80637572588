"""What files hold, failed files, and models with their locks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = {
    "failure": sa.Text(),
    "silence": sa.Float(),
    "clipping": sa.Float(),
    "end_time": sa.Float(),
    "characters": sa.BigInteger(),
    "spoken_seconds": sa.Float(),
    "longest_label": sa.BigInteger(),
    "language": sa.String(length=20),
    "named": sa.JSON(none_as_null=True),
}


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO models (id, deleted) SELECT model_id, true FROM deleted_models")
    op.drop_table("deleted_models")
    for name, kind in _COLUMNS.items():
        op.add_column("files", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("files", name)
    op.create_table(
        "deleted_models",
        sa.Column("model_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("model_id"),
    )
    op.execute("INSERT INTO deleted_models (model_id) SELECT id FROM models WHERE deleted")
    op.drop_table("models")
