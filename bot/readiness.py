"""Whether a process can do what it is there for: each check says what is wrong, or nothing."""

from collections.abc import Awaitable, Callable, Mapping

from bot.clock import Clock
from bot.errors import TryLater
from bot.hearing import Hearing
from bot.rota import Rota
from bot.speech import Chat
from bot.store import Store
from bot.store.facts import HEARTBEAT, write_number
from bot.store.migrate import current, known, newest
from bot.web.health import Check, Fine

STALE_TICK = 30.0
"""Seconds without a tick of the rota after which readiness is red."""


def checks_of(store: Store, chats: Mapping[str, Chat], hearings: Mapping[str, Hearing]) -> dict[str, Check]:
    """Return what is asked of every process: database, migrations, and each chat that it has."""
    found: dict[str, Check] = {"database": _writes(store), "migrations": _migrated(store)}
    for name, chat in chats.items():
        found[name] = _trouble_of(chat, hearings.get(name))
    return found


def check_of_rota(rota: Rota, clock: Clock) -> Check:
    """Return what is asked of a process with the clockwork."""

    async def ticks() -> str | None:
        silent = clock.monotonic() - rota.ticked_at
        return None if silent < STALE_TICK else f"no tick for {int(silent)} s"

    return ticks


def _writes(store: Store) -> Check:
    async def writes() -> str | None:
        try:
            await store.run(lambda tx: write_number(tx, HEARTBEAT, tx.now))
        except TryLater as trouble:
            return str(trouble)
        return None

    return writes


def _migrated(store: Store) -> Check:
    wanted, ours = newest(), known()

    async def migrated() -> str | None:
        try:
            found = await store.read(lambda tx: current(tx.connection))
        except TryLater as trouble:
            return str(trouble)
        if found and found not in ours:  # others are being renewed; what is released still runs on the next schema
            return Fine(f"ok, at {found} of a newer Pebble")
        return None if found == wanted else f"at {found}, needs {wanted}: run pebble migrate"

    return migrated


def _trouble_of(chat: Chat, hearing: Hearing | None) -> Callable[[], Awaitable[str | None]]:
    async def check() -> str | None:
        resting = hearing is not None and hearing.waits
        return chat.trouble() or (Fine("ok, another process hears people here") if resting else None)

    return check
