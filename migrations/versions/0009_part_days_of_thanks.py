"""part days of thanks: the one that a sentence counts for with its sender, and the one that it comes on.

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LIFE = 7 * 86_400


def upgrade() -> None:
    op.add_column("links", sa.Column("day_ends_at", sa.BigInteger(), nullable=True))
    op.add_column("links", sa.Column("for_day", sa.String(10), nullable=True))
    op.add_column("links", sa.Column("lives_until", sa.BigInteger(), nullable=True))
    # Until now, one date was both. When it was over for its sender is not known: it counts by its date alone.
    accepted = sa.table("links", *(sa.column(name) for name in ("day", "for_day", "accepted_at", "lives_until")))
    op.execute(
        accepted.update()
        .where(accepted.c.accepted_at.is_not(None))
        .values(for_day=accepted.c.day, lives_until=accepted.c.accepted_at + LIFE)
    )


def downgrade() -> None:
    for column in ("lives_until", "for_day", "day_ends_at"):
        op.drop_column("links", column)
