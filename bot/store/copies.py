"""Notice that a PostgreSQL database is a restored dump: `pg_dump` cannot stamp its copy as `pebble backup` does."""

from sqlalchemy import text

from bot.store.engine import Tx
from bot.store.facts import COPY, PLACE, read_text, write_number, write_text

_MAY_ASK = text("SELECT has_function_privilege('pg_control_system()', 'execute')")
_SERVER = text("SELECT system_identifier FROM pg_control_system()")
_HERE = text("SELECT oid, 'outbox'::regclass::oid AS outbox FROM pg_database WHERE datname = current_database()")


def notice_copy(tx: Tx) -> None:
    """Stamp this database as a copy when it does not lie where it lay at the last start.

    A restored dump has another server, another database, or at least tables made anew: none of the numbers that
    PostgreSQL gives to these is given twice. A server that was put back as a whole (from a base backup and archived
    log, from a snapshot) has the same numbers; and a standby that has taken over has them too, and is no copy. There
    `pebble restored` has to say it.
    """
    if not tx.many_writers:
        return
    here, before = _place(tx), read_text(tx, PLACE)
    if before and before != here:
        write_number(tx, COPY, 1)
    if before != here:
        write_text(tx, PLACE, here)


def _place(tx: Tx) -> str:
    server = tx.connection.scalar(_SERVER) if tx.connection.scalar(_MAY_ASK) else 0
    here = tx.connection.execute(_HERE).one()
    return f"{server}.{here.oid}.{here.outbox}"
