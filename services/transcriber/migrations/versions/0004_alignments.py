"""alignments."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "transcriptions",
        sa.Column("kind", sa.String(length=20), server_default="transcription", nullable=False),
    )
    op.add_column("transcriptions", sa.Column("transcript", sa.Text(), nullable=True))


def downgrade() -> None:
    # No release before this one knows what an alignment is.
    op.execute(
        "DELETE FROM uploads WHERE transcription_id IN "
        "(SELECT id FROM transcriptions WHERE kind = 'alignment')"
    )
    op.execute("DELETE FROM transcriptions WHERE kind = 'alignment'")
    op.drop_column("transcriptions", "transcript")
    op.drop_column("transcriptions", "kind")
