"""The composition root: builds everything from the settings, and knows the order of starting and stopping."""

import asyncio
import signal
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import IO

import structlog
from sqlalchemy import select

from bot.catalogue import Catalogue, load_catalogue
from bot.chats.web import WebChat
from bot.clock import Clock, DemoClock, SystemClock
from bot.door import Door
from bot.errors import Misconfigured, SealGone, TryLater
from bot.exports import Exports
from bot.flows.book import BOOK, MENU
from bot.hearing import Hearing
from bot.outbox.backlog import backlogs, jobs_of, longest_drain
from bot.outbox.handout import JOBS, handout_for, on_new_jobs
from bot.outbox.history import Line, conversation
from bot.outbox.marks import counts, paused_addresses
from bot.outbox.pace import FREE_OF_CHARGE, limits_of
from bot.outbox.pump import Pump
from bot.outbox.shared_pace import build_paces
from bot.outbox.states import DAY
from bot.outbox.studio import Studio
from bot.people.queries import cursors, find
from bot.readiness import check_of_rota, checks_of
from bot.rota import Rota
from bot.settings import ROLES, Settings
from bot.speech import Address, Chat, Slash, WayIn
from bot.store import Store, Tx
from bot.store.database import parse_url
from bot.store.facts import DEMO_OFFSET, MOVED, read_number, write_number
from bot.store.migrate import current, newest, refuse_few_letters, upgrade
from bot.store.notices import Notices
from bot.store.opening import open_store
from bot.store.tables import persons
from bot.store.turn import OnlyOne, Turn, turn_for
from bot.texts import LANGUAGES, Voice
from bot.web.drawer import drawer_routes
from bot.web.health import Check, health_routes
from bot.web.server import Routes, Server, Site, address_of, listen
from bot.web.site import build_site
from bot.web.webhook import webhook_route

log = structlog.get_logger()

WEBHOOK_PATH = "/telegram"
DRAWING = "bot.pictures:draw"
"""By its name: it is imported where it draws, and only there."""
PORTS_TO_TRY = 20
READ_BACK_DAYS = 30
"""Days after somebody's last word for which their Discord chat is still read back at a start."""


class App:
    """One running Pebble, with the roles that it is there for.

    `demo` gives it a clock that can be moved and a page for several people.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        demo: bool = False,
        clock: Clock | None = None,
        roles: Collection[str] = ROLES,
    ) -> None:
        """Open the database, alone if it is embedded, and migrate it. Raises Misconfigured or AlreadyRunning."""
        _check_roles(settings, roles)
        self.settings = settings
        self.roles = frozenset(roles)
        self.demo = demo
        self.clock = clock or (DemoClock() if demo else SystemClock())
        self.catalogue: Catalogue = load_catalogue(settings.pack_folders)
        self.store, self._lock = open_database(settings, self.clock)
        self._revision = newest()
        self._prepare_database()
        if isinstance(self.clock, DemoClock):
            self.clock.offset = self.store.run_now(lambda tx: read_number(tx, DEMO_OFFSET))
        self.chats: dict[str, Chat] = {}
        self.door = Door(self.store, self.catalogue, self.ways)
        self.hearings: dict[str, Hearing] = {}
        self.routes: Routes = []
        self.studio = Studio(DRAWING)
        self.exports = Exports(self.store, self.catalogue)
        self.web: WebChat | None = None
        if self.roles & {"door", "pump"}:
            self._add_web_chat()
            self._add_telegram()
            self._add_discord()
        alone = self.store.url.get_backend_name() == "sqlite"
        self.notices = None if alone else Notices(self.store.url)
        limits = limits_of(self.chats, settings.telegram_per_second)
        paces = build_paces(limits, self.store, self.notices)
        handout = handout_for(self.store.url)
        draw, collect = self.studio.draw, self.exports.make
        self.pump = Pump(self.store, self.chats, handout, self.clock, draw=draw, paces=paces, collect=collect)
        if self.notices and "pump" in self.roles:
            self.notices.listen(JOBS, on_new_jobs(self.pump.wake))
        self.rota = Rota(self.store, self.catalogue, self.clock)
        self.store.wake = self.pump.wake

    def _prepare_database(self) -> None:
        """Migrate, and find out now whether the keys fit: later it would cost people what they said."""
        try:
            if self.settings.migrate:
                upgrade(self.store)
            self.store.run_now(self._open_somebody)
        except TryLater as trouble:
            name = "PEBBLE_DATABASE: "
            raise TryLater(name + str(trouble).removeprefix(name), everywhere=True) from None

    def _open_somebody(self, tx: Tx) -> None:
        refuse_few_letters(tx.connection)
        if current(tx.connection) == self._revision:
            if read_number(tx, MOVED):
                raise Misconfigured(
                    "PEBBLE_DATABASE: this database was moved to another one (pebble move); name that one. "
                    "If it never got there, move it again."
                )
            newest_key = select(persons.c.key_id).order_by(persons.c.id.desc()).limit(1)
            if (key_id := tx.connection.scalar(newest_key)) is not None:
                with suppress(SealGone):  # erased, and put back with an old copy: they go again
                    tx.keys.seal(key_id)

    def ways(self, token: str) -> Mapping[str, WayIn]:
        """Return where somebody new gets in with an invitation, by platform."""
        found = {name: chat.way_in(token) for name, chat in self.chats.items()}
        return {name: way for name, way in found.items() if way}

    def _add_web_chat(self) -> None:
        if self.demo or self.settings.web_chat:
            draw, collect = self.studio.draw, self.exports.make_anew
            self.web = WebChat(history=self._history, demo=self.demo, clock=self.clock, draw=draw, collect=collect)
            self.web.address = self.settings.web_url or ""
            self._add(self.web, OnlyOne())
            forward = self.forward if self.demo else None
            self.routes += drawer_routes(self.store, self.catalogue, self.web.who, forward)

    def _add_telegram(self) -> None:
        settings = self.settings
        if settings.telegram_token is None or self.demo:
            return
        from bot.chats.telegram import TelegramChat  # heavy, and only here when there is a token

        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None
        telegram = TelegramChat(
            token=settings.telegram_token.get_secret_value(),
            api=settings.telegram_api,
            mode=settings.telegram_mode,
            webhook_url=f"{settings.webhook_url}{WEBHOOK_PATH}" if settings.webhook_url else None,
            webhook_secret=secret,
            commands=command_menus(),
            on_skip=self.door.skip,
            clock=self.clock,
            paid=settings.telegram_per_second > FREE_OF_CHARGE,
        )
        number = settings.telegram_token.get_secret_value().partition(":")[0]
        polls = settings.telegram_mode == "polling"
        self._add(telegram, turn_for(self.store.url, f"telegram:{number}") if polls else OnlyOne())
        if "door" in self.roles and not polls and secret:
            self.routes.append(webhook_route(WEBHOOK_PATH, secret, telegram.accept))

    def _add_discord(self) -> None:
        settings = self.settings
        if settings.discord_token is None or self.demo:
            return
        from bot.chats.discord import DiscordChat  # heavy as well

        discord = DiscordChat(
            token=settings.discord_token.get_secret_value(),
            api=settings.discord_api,
            menu=slash_menu(),
            on_skip=self.door.skip,
            unread=self._unread,
            clock=self.clock,
        )
        bot = settings.discord_token.get_secret_value().partition(".")[0]
        self._add(discord, turn_for(self.store.url, f"discord:{bot}"))

    def _add(self, chat: Chat, turn: Turn) -> None:
        self.chats[chat.name] = chat
        if "door" in self.roles:
            self.hearings[chat.name] = Hearing(chat, turn, self.door.receive)

    async def _unread(self) -> list[str]:
        """Return how far each Discord chat has been read in which somebody wrote lately."""
        since = self.clock.now() - READ_BACK_DAYS * DAY
        return await self.store.read(lambda tx: cursors(tx, "discord", since))

    async def run(self, on_ready: Callable[[str], None] = lambda address: None) -> None:
        """Serve until SIGTERM or SIGINT; `on_ready` is told the page's address."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stopped.set)
        listener = listen(self.settings.web_host, self.settings.web_port, PORTS_TO_TRY if self.demo else 1)
        server = Server(self._site())
        await self._begin_anew()
        if self.notices:
            self.notices.start()
        serving = asyncio.create_task(server.serve([listener]))
        parts = {serving}
        for chat in self.chats.values():
            await chat.start()
        if "pump" in self.roles:
            await self.pump.recover()
            parts.add(asyncio.create_task(self.pump.run()))
        self.rota.start(self.pump.recover if "pump" in self.roles else None, ticks="rota" in self.roles)
        parts |= {hearing.start() for hearing in self.hearings.values()}
        if self.web and self.demo:
            self.web.address = address_of(listener)
        on_ready(address_of(listener))
        waiting = asyncio.create_task(stopped.wait())
        done, _ = await asyncio.wait({waiting, *parts}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await self._stop(server, parts)
        for task in done - {waiting}:
            task.result()  # a part that fell over ends the process with its error

    async def _begin_anew(self) -> None:
        """Let one process at a time look whether this is a copy: another would drop what the first has begun since."""
        turn = turn_for(self.store.url, "begin anew")
        await turn.wait()
        try:
            await self.rota.begin_anew()
        finally:
            await turn.give_back()

    async def _stop(self, server: Server, parts: set[asyncio.Task[None]]) -> None:
        """Stop hearing people, then the clockwork, then drain what is on its way, then the lines and the page."""
        await asyncio.gather(*(hearing.stop() for hearing in self.hearings.values()))
        self.rota.stop()
        await self.pump.stop()
        for chat in self.chats.values():
            await chat.stop()
        if self.notices:
            await self.notices.stop()
        server.should_exit = True
        await asyncio.wait(parts, timeout=5)
        self.close()

    def close(self) -> None:
        """Let go of the process that draws, and of the database."""
        self.studio.close()
        self.store.close()
        if self._lock:
            self._lock.close()

    async def forward(self, target: int) -> int:
        """Move the demo clock to `target` (UTC seconds), step by step through everything that is due before."""
        clock = self.clock
        assert isinstance(clock, DemoClock)
        while True:
            coming = await self.rota.next_event()
            clock.forward_to(min(target, max(coming or target, clock.now())))
            await self.store.run(lambda tx: write_number(tx, DEMO_OFFSET, clock.offset))
            await self.rota.tick()
            await self.pump.settle()
            if clock.now() >= target:
                return clock.now()

    def _site(self) -> Site:
        chat_routes = self.web.routes() if self.web else []
        health = health_routes(self.checks(), self.numbers)
        return build_site(chat_routes=chat_routes, extra_routes=[*self.routes, *health], demo=self.demo)

    async def _history(self, address: Address) -> list[Line]:
        def read(tx: Tx) -> list[Line]:
            person = find(tx, address)
            return conversation(tx, person.address_id, person.seal) if person else []

        return await self.store.read(read)

    def checks(self) -> Mapping[str, Check]:
        """Return what readiness asks, of the roles that this process has."""
        found = checks_of(self.store, self.chats, self.hearings)
        return found | ({"rota": check_of_rota(self.rota, self.clock)} if "rota" in self.roles else {})

    async def numbers(self) -> Mapping[str, float]:
        """Return the metrics, none of them about a person."""
        found = await self.store.read(
            lambda tx: (counts(tx), paused_addresses(tx), self.door.skipped(tx), backlogs(tx), jobs_of(tx))
        )
        states, paused, skipped, waiting, jobs = found
        speeds = {name: pace.per_second for name, pace in self.pump.paces.items()}
        return {
            "due_lag_seconds": self.rota.lag,
            "moments_total": self.rota.rang,
            "sent_total": self.pump.tally["sent"],
            "retried_total": self.pump.tally["retried"],
            "expired_total": self.pump.tally["expired"] + self.rota.expired,
            "outbox_lag_seconds": max((one.oldest for one in waiting.values()), default=0),
            "drain_seconds": longest_drain(waiting, speeds),
            "undrawn_total": self.pump.tally["undrawn"],
            "uncollected_total": self.pump.tally["uncollected"],
            "limited_total": sum(pace.limited for pace in self.pump.paces.values()),
            "addresses_paused": paused,
            "updates_skipped": skipped,
            **{f"outbox_{state}": count for state, count in states.items()},
            **jobs,
        }


def open_database(settings: Settings, clock: Clock, *, alone: bool = True) -> tuple[Store, IO[str] | None]:
    """Open the database that the settings name; see `open_store`."""
    secret = settings.secret_keys.get_secret_value() if settings.secret_keys else ""
    keys = secret.replace(",", " ").split()
    place = settings.person_keys.get_secret_value() if settings.person_keys else None
    return open_store(settings.database.get_secret_value(), keys or None, clock, person_keys=place, alone=alone)


def command_menus() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the menu of commands for everybody, and for each further language."""
    menus = []
    for language in LANGUAGES:
        voice = Voice.of(language)
        menu = [(name, voice.say(BOOK.commands[name].description)) for name in MENU]
        menus.append(("" if language == LANGUAGES[0] else language, menu))
    return menus


def slash_menu() -> list[Slash]:
    """Return the menu of commands as Discord's slash commands are made of it."""
    menu = []
    for name in MENU:
        command = BOOK.commands[name]
        option = (command.option.name, command.option.description) if command.option else None
        suggests = command.option is not None and command.option.suggest is not None
        menu.append(Slash(name, command.word, command.description, option, suggests))
    return menu


def _check_roles(settings: Settings, roles: Collection[str]) -> None:
    """Raise Misconfigured for roles that this database or this page does not go with."""
    if frozenset(roles) == frozenset(ROLES):
        return
    if parse_url(settings.database.get_secret_value()).get_backend_name() == "sqlite":
        raise Misconfigured("--only: on SQLite one process does everything; several share a postgresql:// database")
    if settings.web_chat and not {"door", "pump"} <= frozenset(roles):
        raise Misconfigured("--only: the local page needs door and pump in its own process; or PEBBLE_WEB_CHAT=no")
