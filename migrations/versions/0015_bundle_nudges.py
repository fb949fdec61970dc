"""bundle nudges: which rows of the outbox share a job, where processes share a PostgreSQL, and who is being sent to.

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


SENDING = sa.text("state = 'sending'")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("bundle", sa.BigInteger(), nullable=True))
    _index_sending("address_id")


def downgrade() -> None:
    _index_sending("leased_until_real")
    if op.get_context().dialect.name == "postgresql":
        # The release before knows no such jobs: it gives these rows new ones at its start.
        op.execute("DELETE FROM pgqueuer WHERE entrypoint LIKE 'nudge:%'")
    op.drop_column("outbox", "bundle")


def _index_sending(column: str) -> None:
    op.drop_index("ix_outbox_sending", "outbox")
    op.create_index("ix_outbox_sending", "outbox", [column], sqlite_where=SENDING, postgresql_where=SENDING)
