"""part persons' keys from the database: they move to a place of their own, which no copy of it holds.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import context, op

from bot.errors import Misconfigured
from bot.store import PersonKeys

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 500
OLDER = "0" * 16
"""No host key has this name, so `pebble keys rotate` seals these anew."""

_persons = sa.table("persons", sa.column("id", sa.BigInteger), sa.column("key_id", sa.LargeBinary))


def upgrade() -> None:
    _move(lambda keys, rows: keys.adopt([(bytes(row.key_id), OLDER) for row in rows]))
    op.create_index("ix_persons_key_id", "persons", ["key_id"], unique=True)
    op.add_column("addresses", sa.Column("left_at", sa.BigInteger(), nullable=True))
    left = sa.text("left_at IS NOT NULL")
    op.create_index("ix_addresses_left_at", "addresses", ["left_at"], sqlite_where=left, postgresql_where=left)
    op.create_table(
        "erasures",
        sa.Column("key_id", sa.LargeBinary(), primary_key=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_index("ix_addresses_left_at", "addresses")
    op.drop_column("addresses", "left_at")
    op.drop_index("ix_persons_key_id", "persons")
    _move(lambda keys, rows: [keys.sealed_key(bytes(row.key_id)) for row in rows], back=True)


def _move(moved, back: bool = False) -> None:  # type: ignore[no-untyped-def]
    """Move each person's key, batch by batch. Should this fail, what the new place has taken is a key to nothing."""
    connection = op.get_bind()
    if not back:
        op.execute("ALTER TABLE persons RENAME COLUMN wrapped_key TO key_id")
    last = 0
    while True:
        chosen = sa.select(_persons).where(_persons.c.id > last).order_by(_persons.c.id).limit(BATCH)
        rows = connection.execute(chosen).all()
        if not rows:
            break
        last = rows[-1].id
        changed = _persons.update().where(_persons.c.id == sa.bindparam("b_id")).values(key_id=sa.bindparam("b_key"))
        given = zip(rows, moved(_keys(), rows), strict=True)
        connection.execute(changed, [{"b_id": row.id, "b_key": key} for row, key in given])
    if back:
        op.execute("ALTER TABLE persons RENAME COLUMN key_id TO wrapped_key")


def _keys() -> PersonKeys:
    keys = context.config.attributes.get("keys")
    if not isinstance(keys, PersonKeys):
        raise Misconfigured("PEBBLE_PERSON_KEYS: this migration moves people’s keys: use pebble migrate")
    return keys
