"""know where a sentence stands: in which messages, so that it can be taken back however old they are.

Revision: 0010
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "appearances",
        sa.Column("outbox_id", Id, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("link_id", Id, primary_key=True, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], "fk_appearances_outbox_id_outbox", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], "fk_appearances_link_id_links", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_appearances_link_id", "appearances", ["link_id"])
    # Letters that were brought before are found by their keys.
    op.execute(
        "INSERT INTO appearances (outbox_id, link_id) "
        "SELECT outbox.id, links.id FROM outbox JOIN links ON outbox.key = 'thanks:' || links.id"
    )


def downgrade() -> None:
    op.drop_table("appearances")
