"""bring answers back: when the answer to a sentence is to be brought to its sender.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for all answers of before: they were brought when they were given, or let go of.
    op.add_column("links", sa.Column("answer_due_at", sa.BigInteger(), nullable=True))
    due = sa.text("answer_due_at IS NOT NULL")
    op.create_index("ix_links_answer_due", "links", ["answer_due_at"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    op.drop_index("ix_links_answer_due", "links")
    op.drop_column("links", "answer_due_at")
