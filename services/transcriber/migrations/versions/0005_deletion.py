"""deletion."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_uploads_transcription_id"), "uploads", ["transcription_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_uploads_transcription_id"), table_name="uploads")
