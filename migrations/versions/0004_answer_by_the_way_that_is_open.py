"""answer by the way that is open: an interaction's answers, and how far a chat has been read.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("addresses", sa.Column("cursor", sa.String(64), nullable=True))
    op.add_column("outbox", sa.Column("rides", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "rides")
    op.drop_column("addresses", "cursor")
