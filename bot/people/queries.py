"""Find, meet and change persons and their addresses."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, exists, func, insert, or_, select, update

from bot.outbox.addresses import release_address
from bot.outbox.shelf import Recipient
from bot.outbox.states import DAY
from bot.people.rules import day_parts, is_paused, quiet_hours
from bot.people.standing import put_back
from bot.schedules.quiet import DayParts, QuietHours
from bot.schedules.zones import guess_zone
from bot.speech import Address
from bot.store import Seal, Tx
from bot.store.tables import addresses, outbox, own_practices, past_keys, persons, words

HEARD_EVERY = 3600
"""Seconds within which it is not written down again that a person did something."""


@dataclass(frozen=True, slots=True)
class Person:
    """One human at one address. `zone` is null until they confirmed one, `hinted_zone` is what a platform guessed.

    A pause has an end where `paused_until` says so; `heard_at` is when they last did anything, `low_at`
    when they last gave a low face (all in UTC seconds). `feelings` says whether faces are asked for, `sound` whether
    nudges arrive with one. `name` is how they sign what they send to others; `home_id` is the address that nudges
    come to, or None. `closed_at` is when their chat turned out to be closed (UTC seconds), None where it is open.
    `via` and `direct` say by which way they are answered now, see `Recipient`.
    """

    id: int
    address_id: int
    language: str
    zone: str | None
    hinted_zone: str | None
    paused_at: int | None
    seal: Seal
    paused_until: int | None = None
    quiet: QuietHours | None = None
    parts: DayParts = field(default_factory=DayParts)
    heard_at: int | None = None
    feelings: bool = True
    low_at: int | None = None
    sound: bool = False
    closed_at: int | None = None
    via: str = ""
    direct: bool = False
    name: str | None = None
    home_id: int | None = None
    writes: bool = False
    """Whether they had practices of their own when this event came in: one that another process is writing down at this
    moment has not been shown to them yet."""

    @property
    def recipient(self) -> Recipient:
        """Where answers go, sealed with this person's key."""
        return Recipient(self.address_id, self.seal, self.via, self.direct)

    @property
    def here(self) -> str:
        """The zone (IANA name) to go by: the confirmed one, or a guess."""
        return self.zone or guess_zone(self.hinted_zone, self.language)

    def paused(self, now: int) -> bool:
        """Return whether nothing is sent at `now` (UTC seconds); a pause with an end is over by itself."""
        return is_paused(self.paused_at, self.paused_until, now)


_WRITES = exists().where(own_practices.c.person_id == persons.c.id, own_practices.c.removed_at.is_(None))


def _known() -> Select[Any]:
    """Return the beginning of every question for a person: with an address of theirs."""
    place = (addresses.c.id.label("address_id"), addresses.c.hinted_zone, addresses.c.paused_at.label("closed_at"))
    return select(persons, *place, _WRITES.label("writes")).join(addresses, addresses.c.person_id == persons.c.id)


# Made once, for every event asks: making them costs more than running them.
_HERE = _known().where(addresses.c.platform == bindparam("platform"), addresses.c.chat == bindparam("chat"))
_LOCKED = _HERE.with_for_update(of=persons)


def find(tx: Tx, address: Address, *, lock: bool = True) -> Person | None:
    """Return the person at this address, locked until the end of the transaction where others may write.

    Who only looks needs no lock.
    """
    # The lock keeps two events of one person in order when several processes handle them.
    wanted = _LOCKED if lock and tx.many_writers else _HERE
    row = tx.connection.execute(wanted, {"platform": address.platform, "chat": address.chat}).first()
    return _person(tx, row) if row else None


def find_at(tx: Tx, address_id: int) -> Person | None:
    """Return the person at this address. Who only looks needs no lock."""
    row = tx.connection.execute(_known().where(addresses.c.id == address_id)).first()
    return _person(tx, row) if row else None


def still_here(tx: Tx, key_ids: Collection[bytes]) -> bool:
    """Return whether nobody who has one of these keys was erased, nor will be before this transaction is over."""
    names = set(key_ids)
    of_joined = select(past_keys.c.person_id).where(past_keys.c.key_id.in_(names))
    wanted = select(persons.c.key_id).where(or_(persons.c.key_id.in_(names), persons.c.id.in_(of_joined)))
    if tx.many_writers:  # whoever is erased is locked from the first statement on, see `find`
        wanted = wanted.order_by(persons.c.id).with_for_update(read=True, key_share=True)
    joined = select(past_keys.c.key_id).where(past_keys.c.key_id.in_(names))
    return names <= {bytes(name) for which in (wanted, joined) for name in tx.connection.scalars(which)}


def reach(tx: Tx, person_id: int) -> Person | None:
    """Return the person where they can be reached best: where they last did something, unless nobody is there now."""
    liveliest = func.coalesce(addresses.c.woken_at, 0).desc()
    wanted = _known().where(persons.c.id == person_id)
    row = tx.connection.execute(
        wanted.order_by(addresses.c.paused_at.is_not(None), liveliest, addresses.c.id.desc()).limit(1)
    ).first()
    return _person(tx, row) if row else None


def meet(tx: Tx, address: Address, language: str, hinted_zone: str | None, *, aside: bool = False) -> Person:
    """Return the person at this address, new or known, as `meet_again` does."""
    known = meet_again(tx, address, hinted_zone, aside=aside)
    while known is None:  # once more where the address went away in this very moment: somebody was erased there
        _welcome(tx, address, language, hinted_zone)
        known = find(tx, address)
    return known


def meet_again(tx: Tx, address: Address, hinted_zone: str | None, *, aside: bool = False) -> Person | None:
    """Return the person at this address, which is awake again because they did something; None: nobody is known there.

    What was done `aside`, in a place that others share, does not show that the chat is open: a closed one is then
    tried again after a day at the earliest.
    """
    known = find(tx, address)
    if known is None:
        return None
    if not aside or known.closed_at is None or tx.now - known.closed_at >= DAY:
        wake_address(tx, known.address_id, hinted_zone or known.hinted_zone)
        if known.closed_at is not None:
            release_address(tx, known.address_id)
        known = replace(known, closed_at=known.closed_at if aside else None)
    _hear(tx, known)
    return known


def note_cursor(tx: Tx, address_id: int, cursor: str) -> None:
    """Remember how far a chat has been read."""
    tx.connection.execute(update(addresses).where(addresses.c.id == address_id).values(cursor=cursor))


def forget_cursors(tx: Tx) -> None:
    """Forget how far chats have been read: the database is an old copy, and what came behind has been answered."""
    tx.connection.execute(update(addresses).where(addresses.c.cursor.is_not(None)).values(cursor=None))


def cursors(tx: Tx, platform: str, since: int) -> list[str]:
    """Return how far the chats of a platform have been read in which somebody wrote since then, the newest first."""
    found = tx.connection.scalars(
        select(addresses.c.cursor)
        .where(addresses.c.platform == platform, addresses.c.cursor.is_not(None), addresses.c.woken_at >= since)
        .order_by(addresses.c.woken_at.desc())
    )
    return [cursor for cursor in found if cursor]


_HEARD = (
    update(persons)
    .where(persons.c.id == bindparam("person", type_=BigInteger))
    .values(heard_at=bindparam("now", type_=BigInteger))
)


def _hear(tx: Tx, person: Person) -> None:
    # A clock that was set back must not keep somebody heard for ever, so a time to come is written anew as well.
    if person.heard_at is None or not 0 <= tx.now - person.heard_at < HEARD_EVERY:
        tx.connection.execute(_HEARD, {"person": person.id, "now": tx.now})


def _welcome(tx: Tx, address: Address, language: str, hinted_zone: str | None) -> None:
    person_id = tx.add(persons, created_at=tx.now, heard_at=tx.now, language=language, key_id=tx.keys.new_person())
    place: dict[str, Any] = {"platform": address.platform, "chat": address.chat}
    made = tx.connection.execute(
        tx.insert(addresses)
        .values(person_id=person_id, hinted_zone=hinted_zone, woken_at=tx.now, **place)
        .on_conflict_do_nothing(index_elements=["platform", "chat"])
    )
    if made.rowcount != 1 and not _moves_in(tx, person_id, address, hinted_zone):
        # Another process met the same person in this very moment.
        tx.connection.execute(persons.delete().where(persons.c.id == person_id))
        return
    address_id = tx.connection.execute(select(addresses.c.id).filter_by(**place)).scalar_one()
    release_address(tx, address_id)
    put_back(tx, address, person_id, address_id)


def _moves_in(tx: Tx, person_id: int, address: Address, hinted_zone: str | None) -> bool:
    """Give a new person the address that somebody erased has left behind; return whether there was one."""
    left = (addresses.c.person_id.is_(None), addresses.c.left_at.is_not(None))
    taken = tx.connection.execute(
        update(addresses)
        .where(addresses.c.platform == address.platform, addresses.c.chat == address.chat, *left)
        .values(person_id=person_id, hinted_zone=hinted_zone, woken_at=tx.now, left_at=None, paused_at=None)
    )
    return bool(taken.rowcount)


def meet_group(tx: Tx, address: Address) -> Recipient:
    """Return where a group is answered; no person belongs to it."""
    place = {"platform": address.platform, "chat": address.chat}
    tx.connection.execute(
        tx.insert(addresses).values(**place).on_conflict_do_nothing(index_elements=["platform", "chat"])
    )
    found = tx.connection.execute(select(addresses.c.id).filter_by(**place)).scalar_one()
    wake_address(tx, found, None)
    release_address(tx, found)
    return Recipient(found, None)


def _person(tx: Tx, row: Any) -> Person:
    seal = tx.keys.seal(row.key_id)
    return Person(
        id=row.id,
        address_id=row.address_id,
        language=row.language,
        zone=row.zone,
        hinted_zone=row.hinted_zone,
        paused_at=row.paused_at,
        seal=seal,
        paused_until=row.paused_until,
        quiet=quiet_hours(row.quiet_start, row.quiet_end),
        parts=day_parts(row.morning, row.noon, row.evening, row.night),
        heard_at=row.heard_at,
        feelings=row.feelings,
        low_at=row.low_at,
        sound=row.sound,
        closed_at=row.closed_at,
        name=seal.open(bytes(row.sealed_name)) if row.sealed_name else None,
        home_id=row.home_id,
        writes=row.writes,
    )


def set_zone(tx: Tx, person_id: int, zone: str) -> None:
    """Keep the zone (IANA name) that the person confirmed."""
    _change(tx, person_id, zone=zone)


def set_quiet(tx: Tx, person_id: int, quiet: QuietHours | None) -> None:
    """Keep the hours in which nothing comes; None: there are none."""
    _change(tx, person_id, quiet_start=quiet.start if quiet else None, quiet_end=quiet.end if quiet else None)


def set_parts(tx: Tx, person_id: int, parts: DayParts) -> None:
    """Keep what the person means by morning, noon, evening and night."""
    _change(tx, person_id, morning=parts.morning, noon=parts.noon, evening=parts.evening, night=parts.night)


def set_language(tx: Tx, person_id: int, language: str) -> None:
    """Speak this language (one of `bot.texts.LANGUAGES`) with the person from now on."""
    _change(tx, person_id, language=language)


def set_name(tx: Tx, person: Person, name: str) -> None:
    """Sign with this name what the person sends to others."""
    _change(tx, person.id, sealed_name=person.seal.close(name))


def set_feelings(tx: Tx, person_id: int, asked: bool) -> None:
    """Ask for faces before and after, or never."""
    _change(tx, person_id, feelings=asked)


def set_sound(tx: Tx, person_id: int, wanted: bool) -> None:
    """Let nudges arrive with a sound, or without one."""
    _change(tx, person_id, sound=wanted)


def note_low(tx: Tx, person_id: int, at: int | None) -> None:
    """Remember when the person last gave a low face (UTC seconds); None: the face was a slip."""
    _change(tx, person_id, low_at=at)


def pause(tx: Tx, person_id: int, until: int | None = None) -> None:
    """Send nothing until `until` (UTC seconds), or until `resume` where it is None."""
    _change(tx, person_id, paused_at=tx.now, paused_until=until)


def resume(tx: Tx, person_id: int) -> None:
    """Nudges come again from now on; what would have come meanwhile does not."""
    _change(tx, person_id, paused_at=None, paused_until=None)


def note_asked(tx: Tx, person_ids: Collection[int]) -> None:
    """Remember that these were asked, after a quiet week, how to go on."""
    if person_ids:
        found = persons.c.id.in_(sorted(person_ids))
        tx.connection.execute(update(persons).where(found).values(asked_at=tx.now))


def _change(tx: Tx, person_id: int, **values: Any) -> None:
    tx.connection.execute(update(persons).where(persons.c.id == person_id).values(**values))


_WAKE = (
    update(addresses)
    .where(addresses.c.id == bindparam("address", type_=BigInteger))
    .values(paused_at=None, woken_at=bindparam("now", type_=BigInteger), hinted_zone=bindparam("zone"))
)


def wake_address(tx: Tx, address_id: int, hinted_zone: str | None) -> None:
    """Send to this address again, and remember the zone that its platform hints at."""
    tx.connection.execute(_WAKE, {"address": address_id, "now": tx.now, "zone": hinted_zone})


def remember_words(tx: Tx, person: Person, text: str) -> None:
    """Keep the person's own words for a platform that cannot show them again."""
    last = tx.connection.scalar(select(func.coalesce(func.max(outbox.c.id), 0)))
    tx.connection.execute(
        insert(words).values(
            address_id=person.address_id, sealed_text=person.seal.close(text), at=tx.now, after_outbox_id=last
        )
    )
