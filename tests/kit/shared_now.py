"""PostgreSQL's `now()` as a test's clock shows it: PgQueuer's statements ask the database for the time."""

import itertools
from weakref import WeakSet

from sqlalchemy import Connection, Engine, event

from bot.store import Store
from tests.kit.clock import HandClock

SCHEMA = """
    CREATE SCHEMA hand;
    CREATE FUNCTION hand.now() RETURNS timestamptz STABLE LANGUAGE sql AS $$
        SELECT coalesce(to_timestamp(nullif(current_setting('pebble.now', true), '')::float8), pg_catalog.now())
    $$
"""
"""Found before PostgreSQL's own where the search path says so, and the same as that where no clock was set."""

SET = "SELECT set_config('search_path', 'public, hand, pg_catalog', true), set_config('pebble.now', %(now)s, true)"
"""What each transaction begins with."""
_ticks = itertools.count(1)
_followed: WeakSet[Engine] = WeakSet()


def follow(store: Store) -> None:
    """Let the database of this store have its clock's time, a microsecond later in each transaction.

    What was put a moment ago is older than now, as it is where clocks do not stand still.
    """
    clock = store.clock
    if not isinstance(clock, HandClock) or not clock.stands_still:
        return
    if store.url.get_backend_name() == "sqlite" or store.engine in _followed:
        return
    _followed.add(store.engine)

    def set_now(connection: Connection) -> None:
        connection.exec_driver_sql(SET, {"now": repr(clock.real() + next(_ticks) / 1e6)})

    event.listen(store.engine, "begin", set_now)
