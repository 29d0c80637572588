"""translations."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "transcriptions",
        sa.Column("task", sa.String(length=10), server_default="transcribe", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("transcriptions", "task")
