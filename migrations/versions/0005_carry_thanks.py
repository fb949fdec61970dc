"""carry thanks: acquaintances, chains and links, invitations, reports, and codes that join one person's chats.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _key() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True, nullable=False)


def _to(name: str, table: str, ondelete: str = "CASCADE", *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(f"{table}.id", ondelete=ondelete), nullable=nullable)


def _at(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def upgrade() -> None:
    op.add_column("persons", sa.Column("sealed_name", sa.LargeBinary(), nullable=True))
    op.add_column("persons", sa.Column("home_id", Id, nullable=True))
    _acquaintances()
    _links()
    _invitations()
    _reports()
    op.create_table(
        "link_codes",
        _key(),
        _to("person_id", "persons"),
        _to("address_id", "addresses"),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        _at("expires_at", nullable=False),
        _to("typed_by", "addresses", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_codes_person_id", "link_codes", ["person_id"])


def _acquaintances() -> None:
    op.create_table(
        "acquaintances",
        _key(),
        _to("person_id", "persons"),
        _to("other_id", "persons"),
        _at("accepted_at"),
        _at("muted_at"),
        _at("blocked_at"),
        _at("met_at", nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=True),
        sa.UniqueConstraint("person_id", "other_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_acquaintances_other_id", "acquaintances", ["other_id"])


def _links() -> None:
    op.create_table(
        "chains",
        _key(),
        sa.Column("people", sa.Integer(), nullable=False),
        _at("began_at", nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "links",
        _key(),
        _to("chain_id", "chains"),
        _to("parent_id", "links", "SET NULL", nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        _to("sender_id", "persons", "SET NULL", nullable=True),
        _to("receiver_id", "persons", "SET NULL", nullable=True),
        sa.Column("sender_number", sa.Integer(), nullable=False),
        sa.Column("receiver_number", sa.Integer(), nullable=True),
        sa.Column("sender_language", sa.String(16), nullable=False),
        sa.Column("receiver_language", sa.String(16), nullable=True),
        sa.Column("sealed_by_sender", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_by_receiver", sa.LargeBinary(), nullable=True),
        sa.Column("day", sa.String(10), nullable=False),
        _at("sent_at", nullable=False),
        _at("accepted_at"),
        _at("due_at"),
        _at("brought_at"),
        sa.Column("withheld", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("answer", sa.String(16), nullable=True),
        _at("answered_at"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_links_chain_id", "links", ["chain_id"])
    op.create_index("ix_links_receiver_id", "links", ["receiver_id"])
    op.create_index("ix_links_sender_id_day", "links", ["sender_id", "day"])
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_links_due", "links", ["due_at"], sqlite_where=due, postgresql_where=due)


def _invitations() -> None:
    op.create_table(
        "invitations",
        _key(),
        _to("person_id", "persons"),
        sa.Column("link_id", Id, sa.ForeignKey("links.id", ondelete="CASCADE"), nullable=False, unique=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        _at("expires_at", nullable=False),
        _to("opened_by", "persons", "SET NULL", nullable=True),
        _at("settled_at"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invitations_person_id", "invitations", ["person_id"])
    op.create_table(
        "tries",
        _key(),
        _to("address_id", "addresses"),
        _at("at", nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tries_address_id", "tries", ["address_id"])


def _reports() -> None:
    op.create_table(
        "reports",
        _key(),
        _to("link_id", "links"),
        _to("person_id", "persons", "SET NULL", nullable=True),
        _to("about_id", "persons"),
        sa.Column("shows", sa.Boolean(), nullable=False),
        _at("at", nullable=False),
        sa.UniqueConstraint("link_id", "person_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_about_id", "reports", ["about_id"])
    op.create_table(
        "suspensions",
        sa.Column(
            "person_id",
            Id,
            sa.ForeignKey("persons.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
        _at("at", nullable=False),
        _at("lifted_at"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("link_codes", "suspensions", "reports", "tries", "invitations", "links", "chains", "acquaintances"):
        op.drop_table(table)
    op.drop_column("persons", "home_id")
    op.drop_column("persons", "sealed_name")
