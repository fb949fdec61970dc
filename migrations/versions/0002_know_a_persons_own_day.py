"""know a person's own day.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MINUTES = ("quiet_start", "quiet_end", "morning", "noon", "evening", "night")
_TIMES = ("paused_until", "heard_at", "asked_at")


def upgrade() -> None:
    for name in _MINUTES:
        op.add_column("persons", sa.Column(name, sa.SmallInteger(), nullable=True))
    for name in _TIMES:
        op.add_column("persons", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("nudges", sa.Column("paused_at", sa.BigInteger(), nullable=True))
    op.add_column("nudges", sa.Column("follow_up", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("addresses", sa.Column("woken_at", sa.BigInteger(), nullable=True))
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "ix_outbox_address_waiting", "outbox", ["address_id", "id"], sqlite_where=waits, postgresql_where=waits
    )
    op.add_column("moments", sa.Column("comes_at", sa.BigInteger(), nullable=True))
    # The newest trace of each person that is kept: without it, all would seem to have been silent since they came.
    op.execute(
        "UPDATE persons SET heard_at = COALESCE("
        "(SELECT MAX(answered_at) FROM moments WHERE moments.person_id = persons.id), persons.created_at)"
    )


def downgrade() -> None:
    op.drop_column("moments", "comes_at")
    op.drop_index("ix_outbox_address_waiting", "outbox")
    op.drop_column("addresses", "woken_at")
    op.drop_column("nudges", "follow_up")
    op.drop_column("nudges", "paused_at")
    for name in reversed((*_MINUTES, *_TIMES)):
        op.drop_column("persons", name)
