"""keep fingerprints: what parting a chat, or leaving and coming back, does not undo.

Revision: 0011
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("persons", sa.Column("counted", sa.SmallInteger()))
    op.add_column("persons", sa.Column("counted_until", sa.BigInteger()))
    op.add_column("acquaintances", sa.Column("reported_at", sa.BigInteger()))
    op.create_table(
        "fingerprints",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("print", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("person_id", _ID),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], "fk_fingerprints_person_id_persons", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    for column in ("print", "person_id", "ends_at"):
        op.create_index(f"ix_fingerprints_{column}", "fingerprints", [column])


def downgrade() -> None:
    op.drop_table("fingerprints")
    op.drop_column("acquaintances", "reported_at")
    op.drop_column("persons", "counted_until")
    op.drop_column("persons", "counted")
