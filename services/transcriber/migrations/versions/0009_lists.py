"""lists."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_transcriptions_newest",
        "transcriptions",
        ["organisation_id", "kind", "created_at", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_transcriptions_newest", table_name="transcriptions")
