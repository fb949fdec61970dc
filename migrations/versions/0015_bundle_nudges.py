"""bundle nudges: which rows of the outbox share a job, where processes share a PostgreSQL, and who is being sent to.

And what a sweep leaves of `due` there is cleared away soon.

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
# Each second the first row is looked for, behind all that a peak has taken: until vacuum has been there, that costs
# more than the rest of the look. By default it would wait for a fifth of all nudges.
VACUUM = {"autovacuum_vacuum_scale_factor": "0.01", "autovacuum_vacuum_threshold": "1000"}


def upgrade() -> None:
    op.add_column("outbox", sa.Column("bundle", sa.BigInteger(), nullable=True))
    _index_sending("address_id")
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE due SET ({', '.join(f'{name} = {value}' for name, value in VACUUM.items())})")


def downgrade() -> None:
    _index_sending("leased_until_real")
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE due RESET ({', '.join(VACUUM)})")
        # The release before knows no such jobs: it gives these rows new ones at its start.
        op.execute("DELETE FROM pgqueuer WHERE entrypoint LIKE 'nudge:%'")
    op.drop_column("outbox", "bundle")


def _index_sending(column: str) -> None:
    op.drop_index("ix_outbox_sending", "outbox")
    op.create_index("ix_outbox_sending", "outbox", [column], sqlite_where=SENDING, postgresql_where=SENDING)
