"""keep more than words: files, kept things, practices of one's own, likings, chains of wins.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _person() -> sa.Column[int]:
    return sa.Column("person_id", Id, sa.ForeignKey("persons.id", ondelete="CASCADE"), nullable=False)


def _person_in_key() -> sa.Column[int]:
    person = sa.ForeignKey("persons.id", ondelete="CASCADE")
    return sa.Column("person_id", Id, person, primary_key=True, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.add_column("persons", sa.Column("feelings", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("persons", sa.Column("sound", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("persons", sa.Column("low_at", sa.BigInteger(), nullable=True))
    op.add_column("nudges", sa.Column("links", sa.String(400), nullable=True))
    op.add_column("moments", sa.Column("led_from", Id, nullable=True))
    op.add_column("moments", sa.Column("links", sa.String(400), nullable=True))
    op.add_column("moments", sa.Column("wording", sa.SmallInteger(), nullable=True))
    op.add_column("moments", sa.Column("sealed_file", sa.LargeBinary(), nullable=True))
    op.add_column("moments", sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "kept",
        sa.Column("id", Id, primary_key=True, autoincrement=True, nullable=False),
        _person(),
        sa.Column("shelf", sa.String(16), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("moment_id", Id, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_kept_person_id_shelf", "kept", ["person_id", "shelf"])
    op.create_table(
        "own_practices",
        sa.Column("id", Id, primary_key=True, autoincrement=True, nullable=False),
        _person(),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_own_practices_person_id", "own_practices", ["person_id"])
    op.create_table(
        "likings",
        _person_in_key(),
        sa.Column("practice", sa.String(40), primary_key=True, nullable=False),
        sa.Column("wording", sa.SmallInteger(), primary_key=True, autoincrement=False, nullable=False),
        sa.Column("liking", sa.SmallInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "told",
        _person_in_key(),
        sa.Column("what", sa.String(24), primary_key=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("told", "likings", "own_practices", "kept"):
        op.drop_table(table)
    for name in ("hidden", "sealed_file", "wording", "links", "led_from"):
        op.drop_column("moments", name)
    op.drop_column("nudges", "links")
    op.drop_column("persons", "low_at")
    op.drop_column("persons", "sound")
    op.drop_column("persons", "feelings")
