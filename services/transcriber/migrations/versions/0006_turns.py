"""turns."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WAITING = sa.text("status IN ('queued', 'running')")
QUEUED = sa.text("status = 'queued'")


def upgrade() -> None:
    clock = op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(clock, [{"id": 1, "turn": 0}])
    # Jobs that wait already keep their order, before all others.
    op.add_column(
        "transcriptions",
        sa.Column("line", sa.String(length=5), server_default="short", nullable=False),
    )
    op.add_column(
        "transcriptions",
        sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.drop_index("ix_transcriptions_waiting", table_name="transcriptions")
    op.create_index(
        "ix_transcriptions_turn",
        "transcriptions",
        ["turn", "id"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index(
        "ix_transcriptions_line",
        "transcriptions",
        ["organisation_id", "line", "turn"],
        unique=False,
        sqlite_where=QUEUED,
        postgresql_where=QUEUED,
    )


def downgrade() -> None:
    op.drop_index("ix_transcriptions_line", table_name="transcriptions")
    op.drop_index("ix_transcriptions_turn", table_name="transcriptions")
    op.create_index(
        "ix_transcriptions_waiting",
        "transcriptions",
        ["id"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.drop_column("transcriptions", "turn")
    op.drop_column("transcriptions", "line")
    op.drop_table("clock")
