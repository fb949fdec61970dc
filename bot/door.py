"""The only way in: one Incoming, one transaction; returns what must be shown at once.

The event's key goes in with its effects, so that an event which the platform repeats has none.
"""

from dataclasses import dataclass, replace

from sqlalchemy import func, select

from bot.catalogue import Catalogue
from bot.flows.book import BOOK
from bot.flows.cleaning import cleaned
from bot.flows.commands import run
from bot.flows.conversation import take_location
from bot.flows.inviting import to_share
from bot.flows.kept_line import knows_line
from bot.flows.reach import tell_how_to_open
from bot.flows.taps import tap
from bot.flows.visit import OLD, Looking, Visit
from bot.flows.words import hear, hear_file, hear_form
from bot.nudges.own import with_own
from bot.outbox.addresses import pause_address, rewrite_address
from bot.outbox.shelf import Terms, put
from bot.people.queries import Person, find, meet, meet_again, meet_group, note_cursor, remember_words
from bot.schedules.zones import known_zone
from bot.speech import Incoming, Kind, Outgoing, Shown, Ways
from bot.store import Store, Tx
from bot.store.bulk import insert_rows
from bot.store.tables import seen, skipped
from bot.texts import N_, Voice

GROUP_LINE = N_("Hello, all. I keep to private chats: write to me there, and we choose one tiny moment for you.")


@dataclass(frozen=True, slots=True)
class Door:
    """Where every chat delivers what people did."""

    store: Store
    catalogue: Catalogue
    ways: Ways = lambda _token: {}

    async def receive(self, incoming: Incoming) -> Shown:
        """Handle one event and return after the commit.

        Raises TryLater when nothing could be stored; the platform then has to deliver it again.
        """
        if incoming.kind in _LOOKS:
            look = _LOOKS[incoming.kind]
            return await self.store.read(lambda tx: look(tx, self.catalogue, incoming, self.ways))
        return await self.store.run(lambda tx: handle(tx, self.catalogue, incoming, self.ways))

    async def skip(self, key: str, problem: str) -> None:
        """Record an event that could not be read; its content is not kept."""
        await self.store.run(lambda tx: _skip(tx, key, problem))

    def skipped(self, tx: Tx) -> int:
        """Return how many events of the last days could not be read."""
        return int(tx.connection.scalar(select(func.count()).select_from(skipped)) or 0)


def handle(tx: Tx, catalogue: Catalogue, incoming: Incoming, ways: Ways) -> Shown:
    """Do what one event asks for, once."""
    if not _is_new(tx, incoming.key):
        return Shown()
    if incoming.kind in _ABOUT_ADDRESSES:
        _ABOUT_ADDRESSES[incoming.kind](tx, incoming)
    elif not incoming.private:
        _greet_group(tx, incoming)
    else:
        return _answer(tx, catalogue, incoming, ways)
    return Shown()


def _is_new(tx: Tx, key: str) -> bool:
    return insert_rows(tx, seen, ("key", "at"), [(key, tx.now)], absorb="key") == 1


def _answer(tx: Tx, catalogue: Catalogue, incoming: Incoming, ways: Ways) -> Shown:
    language = Voice.of(incoming.language or "en").language
    person = _met(tx, incoming, language)
    if person is None:
        return Shown(Voice.of(language).say(OLD))
    person = replace(person, via=incoming.via)
    if incoming.cursor:
        note_cursor(tx, person.address_id, incoming.cursor)
    own = with_own(tx, person, catalogue)
    visit = Visit(tx, person, Voice.of(person.language), own, incoming, BOOK, ways)
    tell_how_to_open(visit)
    match incoming.kind:
        case Kind.TAP:
            tap(visit)
        case Kind.COMMAND:
            _remember(visit, cleaned(f"/{incoming.text} {incoming.rest}"))
            run(visit, incoming.text)
        case Kind.TEXT if incoming.answers:
            hear_form(visit)
        case Kind.TEXT:
            _remember(visit, cleaned(incoming.text))
            hear(visit)
        case Kind.LOCATION if take_location(visit, incoming.text):
            pass
        case Kind.LOCATION:
            visit.say(N_("Thank you. /zone is where I can use that."))
        case Kind.VOICE | Kind.PHOTO if incoming.file:
            hear_file(visit, incoming.file)
        case _:
            visit.say(N_("I can’t take that in yet. A few written words or a tap work well."))
    return Shown(visit.toast, visit.form, replies=tx.wakes)


def _suggest(tx: Tx, catalogue: Catalogue, incoming: Incoming, _ways: Ways) -> Shown:
    """Return what could be meant by what is being typed."""
    command = BOOK.commands.get(incoming.rest)
    if command is None or command.option is None or command.option.suggest is None:
        return Shown()
    return Shown(choices=tuple(command.option.suggest(_looking(tx, catalogue, incoming))))


def _share(tx: Tx, catalogue: Catalogue, incoming: Incoming, ways: Ways) -> Shown:
    """Return what a person is about to pass on."""
    looking = _looking(tx, catalogue, incoming)
    found = to_share(looking, lambda token: ways(token).get(incoming.address.platform))
    return Shown(looking.voice.say(N_("Open Pebble")), shared=found)


def _looking(tx: Tx, catalogue: Catalogue, incoming: Incoming) -> Looking:
    person = find(tx, incoming.address, lock=False)
    voice = Voice.of(person.language if person else incoming.language or "en")
    known = with_own(tx, person, catalogue) if person else catalogue
    return Looking(tx, person, voice, known, incoming.text)


_LOOKS = {Kind.ASKS: _suggest, Kind.SHARES: _share}
"""Events that change nothing, and so need no key."""


def _met(tx: Tx, incoming: Incoming, language: str) -> Person | None:
    """Return whose event this is, somebody new too; None: the tap or the form of nobody."""
    zone = known_zone(incoming.zone)
    if incoming.kind is Kind.TAP or incoming.answers:
        # Nobody's first word is a button or a form. It is an old one, and whoever has left is not made anew by it.
        return meet_again(tx, incoming.address, zone, aside=incoming.aside)
    return meet(tx, incoming.address, language, zone, aside=incoming.aside)


def _remember(visit: Visit, words: str) -> None:
    # Nothing before the line on what is kept: first words of somebody new stand on their page until it is loaded anew.
    if visit.incoming.keep_words and words and knows_line(visit.tx, visit.person):
        remember_words(visit.tx, visit.person, words)


def _greet_group(tx: Tx, incoming: Incoming) -> None:
    """Say one friendly line in a group, at most once a day."""
    recipient = meet_group(tx, incoming.address)
    key = f"group:{recipient.address_id}:{tx.now // 86_400}"
    put(tx, recipient, Outgoing(Voice.of(incoming.language or "en").say(GROUP_LINE)), Terms(key=key))


def _left(tx: Tx, incoming: Incoming) -> None:
    person = find(tx, incoming.address)
    if person:
        pause_address(tx, person.address_id, tx.now)


def _back(tx: Tx, incoming: Incoming) -> None:
    meet(tx, incoming.address, Voice.of(incoming.language or "en").language, known_zone(incoming.zone))


def _moved(tx: Tx, incoming: Incoming) -> None:
    rewrite_address(tx, incoming.address, incoming.text)


def _skip(tx: Tx, key: str, problem: str) -> None:
    row = {"key": key[:80], "problem": problem[:80], "at": tx.now}
    tx.connection.execute(tx.insert(skipped).values(**row).on_conflict_do_nothing())


_ABOUT_ADDRESSES = {Kind.LEFT: _left, Kind.BACK: _back, Kind.MOVED: _moved}
