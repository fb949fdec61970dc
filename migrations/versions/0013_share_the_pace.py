"""share the pace: what processes share of a platform's pace, and indexes for a peak.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENTS = ("used_until", "limited_at", "limited_until")


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("platform", sa.String(16), nullable=False),
        *[sa.Column(name, sa.Double(), nullable=False) for name in MOMENTS],
        sa.PrimaryKeyConstraint("platform", name="pk_paces"),
        sqlite_with_rowid=False,
    )
    for name in MOMENTS:
        op.add_column("addresses", sa.Column(name, sa.Double(), nullable=True))
    waiting = sa.text("state = 'waiting'")
    columns = ["priority", "deadline", "not_before", "id"]
    op.create_index("ix_outbox_urgent", "outbox", columns, sqlite_where=waiting, postgresql_where=waiting)
    troubled = sa.text("state IN ('unknown', 'expired', 'dead')")
    op.create_index("ix_outbox_troubled", "outbox", ["state"], sqlite_where=troubled, postgresql_where=troubled)


def downgrade() -> None:
    op.drop_index("ix_outbox_troubled", "outbox")
    op.drop_index("ix_outbox_urgent", "outbox")
    for name in reversed(MOMENTS):
        op.drop_column("addresses", name)
    op.drop_table("paces")
