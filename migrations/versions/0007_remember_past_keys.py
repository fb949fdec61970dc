"""remember past keys: those of persons whose chats were joined to somebody, destroyed with that somebody's own.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_keys",
        sa.Column("key_id", sa.LargeBinary(), primary_key=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], "fk_past_keys_person_id_persons", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_past_keys_person_id", "past_keys", ["person_id"])


def downgrade() -> None:
    op.drop_table("past_keys")
