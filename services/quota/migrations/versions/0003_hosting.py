"""hosting."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What PostgreSQL called the constraint that 0001 left without a name; SQLite calls it nothing.
_UNNAMED = "ledger_training_id_kind_action_key"
_NAMES = {"uq": "%(table_name)s_%(column_0_N_name)s_key"}


def upgrade() -> None:
    op.create_table(
        "hostings",
        sa.Column("model_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=200), nullable=False),
        sa.Column("training_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("model_id"),
    )
    op.create_index("hostings_due", "hostings", ["due_at"], unique=False)
    op.create_index("hostings_of", "hostings", ["organisation_id", "state", "due_at"], unique=False)
    op.drop_index("ix_ledger_organisation_id", table_name="ledger")
    with op.batch_alter_table("ledger", naming_convention=_NAMES) as ledger:
        ledger.add_column(
            sa.Column("term", sa.String(length=40), nullable=False, server_default="")
        )
        ledger.drop_constraint(_UNNAMED, type_="unique")
        ledger.create_unique_constraint("ledger_once", ["training_id", "kind", "term", "action"])
    with op.batch_alter_table("ledger") as ledger:
        ledger.alter_column("term", server_default=None)
    op.create_index(
        "ledger_newest", "ledger", ["organisation_id", "action", "created_at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ledger_newest", table_name="ledger")
    with op.batch_alter_table("ledger") as ledger:
        ledger.drop_constraint("ledger_once", type_="unique")
        ledger.drop_column("term")
        ledger.create_unique_constraint(_UNNAMED, ["training_id", "kind", "action"])
    op.create_index("ix_ledger_organisation_id", "ledger", ["organisation_id"], unique=False)
    op.drop_index("hostings_of", table_name="hostings")
    op.drop_index("hostings_due", table_name="hostings")
    op.drop_table("hostings")
