"""Acquaintances and links: who lets whom write, and the sentences that went between them.

Lists of acquaintances are read in `acquaintances`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, func, or_, select, update

from bot.gratitude.rules import Left, Plan, Today, earliest_counted, end_of_day, today
from bot.people.queries import Person
from bot.schedules.zones import local
from bot.store import Seal, Tx
from bot.store.tables import acquaintances, addresses, appearances, chains, invitations, links, outbox


@dataclass(frozen=True, slots=True)
class Link:
    """A sentence as one of its two people sees it; `name` is what they call the other."""

    id: int
    chain_id: int
    depth: int
    sender_id: int | None
    receiver_id: int | None
    sentence: str
    name: str
    answer: str | None


def name_of(tx: Tx, person_id: int, seal: Seal, other_id: int | None) -> str | None:
    """Return what a person calls another one, or None."""
    if other_id is None:
        return None
    sealed = tx.connection.scalar(select(acquaintances.c.sealed_name).where(*_pair(person_id, other_id)))
    return seal.open(bytes(sealed)) if sealed else None


def names_of(tx: Tx, person: Person, other_ids: Collection[int]) -> Mapping[int, str]:
    """Return what a person calls each of these others, as far as they have a name for them."""
    columns = (acquaintances.c.other_id, acquaintances.c.sealed_name)
    theirs = (acquaintances.c.person_id == person.id, acquaintances.c.other_id.in_(other_ids))
    rows = tx.connection.execute(select(*columns).where(*theirs, acquaintances.c.sealed_name.is_not(None)))
    return {row.other_id: person.seal.open(bytes(row.sealed_name)) for row in rows}


def call(tx: Tx, person: Person, other_id: int, name: str, owners: Collection[bytes] = ()) -> None:
    """Note that the person has met another one, and calls them so; a name that they had stays.

    `owners` is the other's key where the name is theirs: how they sign, and no word of the person's own.
    """
    sealed = person.seal.close(name, owners)
    wanted = tx.insert(acquaintances).values(person_id=person.id, other_id=other_id, met_at=tx.now, sealed_name=sealed)
    kept = {"met_at": tx.now, "sealed_name": func.coalesce(acquaintances.c.sealed_name, wanted.excluded.sealed_name)}
    tx.connection.execute(wanted.on_conflict_do_update(index_elements=["person_id", "other_id"], set_=kept))


def let_write(tx: Tx, person: Person, other_id: int, name: str, owners: Collection[bytes] = ()) -> None:
    """Note that the person lets another one write to them, and what they `call` them."""
    call(tx, person, other_id, name, owners)
    since = func.coalesce(acquaintances.c.accepted_at, tx.now)
    tx.connection.execute(update(acquaintances).where(*_pair(person.id, other_id)).values(accepted_at=since))


def note_met(tx: Tx, person_id: int, other_id: int) -> None:
    """Let the other be listed first."""
    tx.connection.execute(update(acquaintances).where(*_pair(person_id, other_id)).values(met_at=tx.now))


def stance(tx: Tx, person_id: int, other_id: int | None) -> tuple[bool, bool, bool]:
    """Return whether a person has accepted, muted and blocked another one."""
    found = acquaintances.c
    row = tx.connection.execute(
        select(found.accepted_at, found.muted_at, found.blocked_at).where(*_pair(person_id, other_id or 0))
    ).first()
    return (row[0] is not None, row[1] is not None, row[2] is not None) if row else (False, False, False)


def wants_though_muted(tx: Tx, link_id: int) -> bool:
    """Return whether a sentence was accepted, with its invitation, by somebody who had muted its sender before."""
    pair = and_(acquaintances.c.person_id == links.c.receiver_id, acquaintances.c.other_id == links.c.sender_id)
    came = select(links.c.id).join(invitations, invitations.c.link_id == links.c.id).join(acquaintances, pair)
    before = acquaintances.c.muted_at <= links.c.accepted_at
    return tx.connection.execute(came.where(links.c.id == link_id, before)).first() is not None


def set_muted(tx: Tx, person: Person, other_id: int, muted: bool) -> None:
    """Let what the other sends wait, or come again."""
    _stand(tx, person, other_id, muted_at=tx.now if muted else None)


def set_blocked(tx: Tx, person: Person, other_id: int, blocked: bool) -> None:
    """Never see anything of the other again, or from now on once more."""
    _stand(tx, person, other_id, blocked_at=tx.now if blocked else None)


def _stand(tx: Tx, person: Person, other_id: int, **values: int | None) -> None:
    wanted = tx.insert(acquaintances).values(person_id=person.id, other_id=other_id, met_at=tx.now, **values)
    tx.connection.execute(wanted.on_conflict_do_update(index_elements=["person_id", "other_id"], set_=values))


def _pair(person_id: int, other_id: int) -> tuple[Any, Any]:
    return acquaintances.c.person_id == person_id, acquaintances.c.other_id == other_id


# Links


def date_of(tx: Tx, person: Person) -> date:
    """Return the person's own date now."""
    return local(person.here, tx.now).date()


def today_of(tx: Tx, person: Person) -> Today:
    """Return what the person has sent that counts for today."""
    earliest = earliest_counted(date_of(tx, person)).isoformat()
    rows = tx.connection.execute(
        select(links.c.day, links.c.day_ends_at, links.c.sent_at, links.c.receiver_id).where(
            links.c.sender_id == person.id, links.c.day >= earliest
        )
    )
    return today((Left(*row) for row in rows), person.here, tx.now)


def taken_days(tx: Tx, receiver: Person, sender_id: int | None, but: int) -> set[str]:
    """Return the receiver's dates on which another link than `but` of this sender has come, or is to come.

    One that is planned for today and has not come yet does not take today: who is awake first comes first.
    """
    wanted = select(links.c.for_day).where(
        links.c.receiver_id == receiver.id,
        links.c.sender_id == sender_id,
        links.c.id != but,
        links.c.withheld.is_(False),
        or_(links.c.brought_at.is_not(None), links.c.for_day > date_of(tx, receiver).isoformat()),
    )
    return {day for day in tx.connection.scalars(wanted) if day is not None}


def told_by_others(tx: Tx, person: Person) -> list[int]:
    """Return the links by which somebody else has told the person something: a sentence, an answer, or their name."""
    answered = and_(links.c.sender_id == person.id, links.c.answer.is_not(None))
    return list(tx.connection.scalars(select(links.c.id).where(or_(_got(person), answered)).order_by(links.c.id)))


def told_by(tx: Tx, person: Person, other_ids: Collection[int]) -> list[int]:
    """Return for each of these others who has told the person something the last link by which they did."""
    theirs = (links.c.sender_id.in_(other_ids), _got(person))
    return list(tx.connection.scalars(select(func.max(links.c.id)).where(*theirs).group_by(links.c.sender_id)))


def _got(person: Person) -> ColumnElement[bool]:
    """Return what holds of a link whose sentence was brought to the person, or whose sender's name was shown to them.

    An invitation shows it whatever is done with it then.
    """
    brought = and_(links.c.receiver_id == person.id, links.c.brought_at.is_not(None))
    opened = select(invitations.c.link_id).where(invitations.c.opened_by == person.id)
    shown = select(appearances.c.link_id).join(outbox, outbox.c.id == appearances.c.outbox_id)
    shown = shown.join(addresses, addresses.c.id == outbox.c.address_id).where(addresses.c.person_id == person.id)
    others = and_(links.c.sender_id != person.id, or_(links.c.id.in_(opened), links.c.id.in_(shown)))
    return or_(brought, others)


def way_to(tx: Tx, link_id: int | None) -> set[int]:
    """Return the people on the way from the beginning of a chain to this link, both ends included."""
    if link_id is None:
        return set()
    columns = (links.c.parent_id, links.c.sender_id, links.c.receiver_id)
    way = select(*columns).where(links.c.id == link_id).cte("way", recursive=True)
    way = way.union_all(select(*columns).where(links.c.id == way.c.parent_id))
    rows = tx.connection.execute(select(way.c.sender_id, way.c.receiver_id))
    return {one for row in rows for one in row if one is not None}


@dataclass(frozen=True, slots=True)
class NewLink:
    """What is written down of a sentence: sealed for its sender; the receiver's part follows with `address_link`.

    `to_name` is empty where its receiver is among the sender's people: what they are called stands there, and may be
    how they sign.
    """

    sentence: str
    to_name: str
    parent_id: int | None = None


def add_link(tx: Tx, sender: Person, new: NewLink) -> int:
    """Write down a sentence on its way to somebody, in the chain of its parent or in a new one; return its row."""
    parent = None
    if new.parent_id is not None:
        parent = tx.connection.execute(
            select(links.c.chain_id, links.c.depth, links.c.receiver_number).where(links.c.id == new.parent_id)
        ).first()
    chain_id = parent.chain_id if parent else _begin_chain(tx)
    day = date_of(tx, sender)
    return tx.add(
        links,
        chain_id=chain_id,
        parent_id=new.parent_id if parent else None,
        depth=parent.depth + 1 if parent else 1,
        sender_id=sender.id,
        sender_number=parent.receiver_number if parent else 1,
        sender_language=sender.language,
        sealed_by_sender=sender.seal.close_json({"sentence": new.sentence, "name": new.to_name}),
        day=day.isoformat(),
        day_ends_at=end_of_day(day, sender.here),
        sent_at=tx.now,
    )


def _begin_chain(tx: Tx) -> int:
    return tx.add(chains, people=1, began_at=tx.now)


def cut_loose(tx: Tx, link_id: int) -> None:
    """Let a link begin a chain of its own: where it was heading, its chain has been."""
    tx.connection.execute(
        update(links)
        .where(links.c.id == link_id)
        .values(chain_id=_begin_chain(tx), parent_id=None, depth=1, sender_number=1)
    )


def address_link(tx: Tx, link_id: int, receiver: Person, letter: tuple[str, str], owner: bytes, plan: Plan) -> None:
    """Give a link its receiver; `letter` is the sentence and the sender's name, sealed for both (`owner`: a key)."""
    chain_id = tx.connection.execute(select(links.c.chain_id).where(links.c.id == link_id)).scalar_one()
    sentence, name = letter
    tx.connection.execute(
        update(links)
        .where(links.c.id == link_id)
        .values(
            receiver_id=receiver.id,
            receiver_number=_number(tx, chain_id, receiver.id),
            receiver_language=receiver.language,
            sealed_by_receiver=receiver.seal.close_json({"sentence": sentence, "name": name}, (owner,)),
            accepted_at=tx.now,
            **_planned(plan),
        )
    )


def _number(tx: Tx, chain_id: int, person_id: int) -> int:
    """Return which person of the chain this is, a new one if need be."""
    row = tx.connection.execute(
        select(links.c.sender_id, links.c.sender_number, links.c.receiver_number)
        .where(links.c.chain_id == chain_id, or_(links.c.sender_id == person_id, links.c.receiver_id == person_id))
        .limit(1)
    ).first()
    if row is not None:
        return int(row.sender_number if row.sender_id == person_id else row.receiver_number)
    tx.connection.execute(update(chains).where(chains.c.id == chain_id).values(people=chains.c.people + 1))
    return int(tx.connection.execute(select(chains.c.people).where(chains.c.id == chain_id)).scalar_one())


def received(tx: Tx, link_id: int, person: Person) -> Link | None:
    """Return a sentence that was brought to this person, or None."""
    row = tx.connection.execute(
        select(links).where(links.c.id == link_id, links.c.receiver_id == person.id, links.c.brought_at.is_not(None))
    ).first()
    return _link(row, person.seal, row.sealed_by_receiver) if row and row.sealed_by_receiver else None


def has_come(tx: Tx, link_id: int, person: Person) -> bool:
    """Return whether a sentence was brought to this person, be it that its sender has taken it back since."""
    theirs = (links.c.id == link_id, links.c.receiver_id == person.id, links.c.brought_at.is_not(None))
    return tx.connection.execute(select(links.c.id).where(*theirs)).first() is not None


def sent(tx: Tx, link_id: int, person: Person) -> Link | None:
    """Return a sentence that this person has sent, or None."""
    row = tx.connection.execute(select(links).where(links.c.id == link_id, links.c.sender_id == person.id)).first()
    return _link(row, person.seal, row.sealed_by_sender) if row and row.sealed_by_sender else None


def _link(row: Any, seal: Seal, sealed: bytes) -> Link:
    letter = seal.open_json(bytes(sealed))
    return Link(
        id=row.id,
        chain_id=row.chain_id,
        depth=row.depth,
        sender_id=row.sender_id,
        receiver_id=row.receiver_id,
        sentence=letter["sentence"],
        name=letter["name"],
        answer=row.answer,
    )


def change_link(tx: Tx, link_id: int, **values: Any) -> None:
    """Change some columns of a link."""
    tx.connection.execute(update(links).where(links.c.id == link_id).values(**values))


def let_go_of_nobodys(tx: Tx, due_at: Column[int], goes_to: Column[int]) -> None:
    """Let what is due and goes to nobody any more not be due: whoever locks those to whom it goes does not find it."""
    nobodys = select(links.c.id).where(due_at <= tx.now, goes_to.is_(None)).with_for_update(skip_locked=True)
    tx.connection.execute(update(links).where(links.c.id.in_(nobodys)).values({due_at.name: None}))


def plan_link(tx: Tx, link_id: int, plan: Plan) -> None:
    """Note when a link is to come."""
    change_link(tx, link_id, **_planned(plan))


def _planned(plan: Plan) -> dict[str, Any]:
    return {"for_day": plan.day.isoformat(), "due_at": plan.from_, "lives_until": plan.lives_until}


def waiting_for(tx: Tx, person_id: int) -> Collection[int]:
    """Return the links that wait for their receiver, oldest first: for their morning, their return, or a day."""
    wanted = (
        select(links.c.id)
        .where(
            links.c.receiver_id == person_id,
            links.c.brought_at.is_(None),
            links.c.withheld.is_(False),
            links.c.lives_until >= tx.now,
        )
        .order_by(links.c.for_day, links.c.id)
    )
    return list(tx.connection.scalars(wanted))
