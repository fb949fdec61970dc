"""What a host does from the command line: look whether everything is in order, make copies, change the keys."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from bot.app import open_database
from bot.catalogue import load_catalogue
from bot.clock import SystemClock
from bot.errors import Misconfigured, PebbleError
from bot.gratitude.reports import lift, reported, suspend, suspended_before
from bot.schedules.aliases import zone_names
from bot.schedules.zones import known_zone
from bot.settings import Settings
from bot.store import Keyring, PersonKeys, Tx
from bot.store.database import parse_url
from bot.store.facts import COPY, HEARTBEAT, write_number
from bot.store.migrate import current, newest, refuse_few_letters
from bot.store.opening import key_file, read_keys, write_keys

Say = Callable[[str], None]

_TELLING = 50_000
"""Keys between two lines about how far it is."""
MOST_DRIFT = 5.0
"""Seconds that this machine's clock may differ from the database server's."""


def run_checks(settings: Settings, say: Say) -> int:
    """Say of each part whether it is in order, and return 0 when all are, else 1."""
    checks: dict[str, Callable[[Settings], str]] = {
        "settings": lambda _settings: "read",
        "database": _database,
        "telegram": _telegram,
        "discord": _discord,
        "clock": _clock,
        "catalogue": _catalogue,
        "tz data": _tz_data,
        "pictures": _pictures,
    }
    well = True
    for name, check in checks.items():
        try:
            say(f"ok    {name}: {check(settings)}")
        except PebbleError as error:
            well = False
            say(f"FAIL  {name}: {error}")
    return 0 if well else 1


def _database(settings: Settings) -> str:
    store, _ = open_database(settings, SystemClock(), alone=False)
    try:
        found = store.run_now(_probe)
    finally:
        store.close()
    wanted = newest()
    if found == wanted:
        return f"{store.url.get_backend_name()}, takes writes, at {found}"
    if found is None:
        return f"{store.url.get_backend_name()}, empty; pebble run or pebble migrate sets it up"
    raise Misconfigured(f"at {found}, this Pebble needs {wanted}: run pebble migrate")


def _probe(tx: Tx) -> str | None:
    """Return the revision, and write once where there is a schema to write to: reading alone would prove too little."""
    refuse_few_letters(tx.connection)
    found = current(tx.connection)
    if found == newest():
        write_number(tx, HEARTBEAT, tx.now)
    return found


def _telegram(settings: Settings) -> str:
    if settings.telegram_token is None:
        return "no token given, so no Telegram"
    name, inline = _ask_telegram(settings.telegram_token.get_secret_value(), settings.telegram_api)
    if inline:
        return f"{name}, inline mode is on"
    how = "send /setinline to @BotFather and start Pebble again to share invitations from Telegram’s own sheet"
    return f"{name}; inline mode is off: {how}"


def _ask_telegram(token: str, api: str) -> tuple[str, bool]:
    """Return the bot's name (`@name`), and whether it has inline mode. Raises Misconfigured."""
    from bot.chats.telegram import TelegramChat

    async def ask() -> tuple[str, bool]:
        chat = TelegramChat(token=token, api=api, on_skip=_nothing_to_skip, clock=SystemClock())
        return await chat.check(), chat.inline

    return asyncio.run(ask())


def _discord(settings: Settings) -> str:
    if settings.discord_token is None:
        return "no token given, so no Discord"
    from bot.chats.discord_portal import ask_portal, missing, remarks

    portal = asyncio.run(ask_portal(settings.discord_token.get_secret_value(), settings.discord_api))
    lacking = missing(portal)
    if lacking:
        raise Misconfigured("; ".join(lacking))
    return f"{'; '.join(remarks(portal))}; `pebble invite` has the link"


def show_invitations(settings: Settings, say: Say) -> int:
    """Say under which link people find the bot on each platform that has a token; return 0 when there is one."""
    links = []
    if settings.telegram_token:
        name, _ = _ask_telegram(settings.telegram_token.get_secret_value(), settings.telegram_api)
        links.append(f"Telegram: https://t.me/{name.removeprefix('@')}")
    if settings.discord_token:
        from bot.chats.discord_portal import ask_portal, invitation

        portal = asyncio.run(ask_portal(settings.discord_token.get_secret_value(), settings.discord_api))
        links.append(f"Discord: {invitation(portal.id)}")
    for link in links or ["No token is set, so there is nowhere to invite to. .env.example shows where they go."]:
        say(link)
    return 0 if links else 1


async def _nothing_to_skip(_key: str, _problem: str) -> None:
    """Take no notice: a check hears no events."""


def _clock(settings: Settings) -> str:
    """Compare with the database server where there is one; an embedded database has no clock of its own."""
    clock = SystemClock()
    store, _ = open_database(settings, clock, alone=False)
    try:
        if store.url.get_backend_name() == "sqlite":
            return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(clock.now()))
        theirs = store.run_now(
            lambda tx: float(tx.connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
        )
    finally:
        store.close()
    drift = abs(clock.real() - theirs)
    if drift > MOST_DRIFT:
        raise Misconfigured(f"{drift:.0f} s apart from the database server's; set up NTP on both")
    return f"{drift:.1f} s apart from the database server's"


def _catalogue(settings: Settings) -> str:
    catalogue = load_catalogue(settings.pack_folders)
    return f"{len(catalogue)} practices in {len(catalogue.themes)} themes"


def _tz_data(_settings: Settings) -> str:
    zones = zone_names()
    if known_zone("Europe/Berlin") is None:
        raise Misconfigured("the tzdata package is empty; install Pebble's requirements again")
    return f"tzdata {version('tzdata')}, {len(zones)} zones"


def _pictures(_settings: Settings) -> str:
    from bot.pictures.text import missing_scripts

    missing = missing_scripts()
    if missing:
        raise Misconfigured(f"no letters for {', '.join(missing)}; install Pebble's requirements again")
    return "all scripts can be drawn"


def _printable(text: str) -> str:
    """Return a person's words without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def list_reports(settings: Settings, say: Say) -> int:
    """Say what was reported, newest first; a sentence only where whoever reported it agreed."""
    store, _ = open_database(settings, SystemClock(), alone=False)
    try:
        found, others = store.run_now(lambda tx: (reported(tx), suspended_before(tx)))
    finally:
        store.close()
    lines = []
    for one in found:
        when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(one.at))
        state = "suspended" if one.suspended else "may send"
        said = "the reporter keeps the sentence private" if one.sentence is None else f"“{_printable(one.sentence)}”"
        lines.append(f"report {one.id}  {when}  person {one.about_id} ({state})  {said}")
    lines += [f"person {one} (suspended)  by you, or before they began anew" for one in others]
    say("\n".join(lines or ["Nothing was reported."]))
    return 0


def suspend_person(settings: Settings, person_id: int, say: Say, *, lifts: bool) -> int:
    """Suspend a person by the number that the list shows, or lift it; return 1 when there was nothing to do."""
    store, _ = open_database(settings, SystemClock(), alone=False)
    try:
        done = store.run_now(lambda tx: (lift if lifts else suspend)(tx, person_id))
    finally:
        store.close()
    if not done:
        say(f"Person {person_id} is not suspended." if lifts else f"There is no person {person_id}.")
        return 1
    say(f"Person {person_id} may send again." if lifts else f"Person {person_id} can send nothing to others now.")
    return 0


def back_up(settings: Settings, file: Path, say: Say) -> None:
    """Copy the embedded database into a new file while Pebble runs. Raises Misconfigured with what to do instead."""
    url = parse_url(settings.database.get_secret_value())
    if url.get_backend_name() != "sqlite":
        raise Misconfigured("PEBBLE_DATABASE: this is PostgreSQL; its own pg_dump makes the backup")
    if not Path(url.database or "").is_file():
        raise Misconfigured(f"PEBBLE_DATABASE: there is nothing at {url.database} to back up")
    if file.exists():
        raise Misconfigured(f"{file} exists already; name a new file, so that no backup is written over")
    try:
        file.touch(mode=0o600, exist_ok=False)
        source = f"{Path(url.database or '').absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(source, uri=True)) as database:
            database.execute("VACUUM INTO ?", (str(file),))
        with closing(sqlite3.connect(file)) as copy, copy:
            # What was on its way or due when the copy was made has long arrived when it is restored.
            copy.execute("INSERT OR REPLACE INTO facts (name, value) VALUES (?, '1')", (COPY,))
    except sqlite3.Error as error:
        file.unlink(missing_ok=True)
        raise Misconfigured(f"{file}: the copy could not be written ({error})") from None
    say(f"Copied to {file}. Keep the keys in another safe place: without them nobody can read it.")


def mark_restored(settings: Settings, say: Say) -> None:
    """Stamp this database as a copy that was put back, so that nothing that was due before is sent again."""
    store, lock = open_database(settings, SystemClock())
    try:
        store.run_now(lambda tx: write_number(tx, COPY, 1))
    finally:
        store.close()
        if lock:
            lock.close()
    line = "Stamped as a copy: at its next start Pebble lets go of what was due before, without a word."
    say(line)


def copy_keys(settings: Settings, file: Path, tell: Say) -> None:
    """Put a copy of persons' keys in place of an earlier one. Raises Misconfigured with what to do instead."""
    store, _ = open_database(settings, SystemClock(), alone=False)
    try:
        store.keys.copy(file)
    finally:
        store.close()
    tell(f"Copied to {file}, in place of what was there. Keep no older one: it could read people who were erased.")


def rotate_keys(settings: Settings, tell: Say, *, forget_old: bool = False) -> bool:
    """Seal all persons' keys with a new key of the host's, beside a Pebble that may be running; return whether done.

    Can be cut off at any point and begun again: the new key is in the file before anything is sealed with it, and the
    old ones stay there until `forget_old` has found nothing that needs them.
    """
    store, _ = open_database(settings, SystemClock(), alone=False)
    try:
        if settings.secret_keys is not None:
            return _rotate_given(settings.secret_keys.get_secret_value(), store.keys, tell)
        _rotate_file(key_file(store.url), store.keys, tell, forget_old=forget_old)
        return True
    finally:
        store.close()


def _rotate_file(file: Path, keys: PersonKeys, tell: Say, *, forget_old: bool) -> None:
    # What an earlier run has left is finished first, and a new key is only made when nothing is.
    if not forget_old and not keys.old_ones():
        write_keys(file, [Keyring.new_host_key(), *read_keys(file)])
        tell(f"A new key stands first in {file}.")
    _reseal(keys, tell)
    newest, *older = read_keys(file)
    if not older:
        tell("There is no older key to forget.")
    elif forget_old:
        write_keys(file, [newest])
        tell(f"{file} holds the newest key alone. Copy it and the persons’ keys anew: pebble keys copy FILE")
    else:
        tell("The older keys stay until you run: pebble keys rotate --forget-old")


def _rotate_given(given: str, keys: PersonKeys, tell: Say) -> bool:
    if len(given.replace(",", " ").split()) > 1:
        _reseal(keys, tell)
        tell("The others can be taken out of PEBBLE_SECRET_KEYS now.")
        return True
    tell("The key comes from PEBBLE_SECRET_KEYS, which Pebble cannot change. So:")
    tell(f"1. Put this new one in front of it, with a comma between: {Keyring.new_host_key()}")
    tell("2. Start every Pebble again.")
    tell("3. Run this command once more. It says when the old one can be taken out.")
    return False


def _reseal(keys: PersonKeys, tell: Say) -> None:
    done = 0
    while sealed := keys.reseal():
        done += sealed
        if done % _TELLING < sealed:
            tell(f"{done} keys sealed anew …")
    tell(f"All persons’ keys are sealed with the newest key ({done} of them anew).")
