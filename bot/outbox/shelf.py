"""Put a message on the shelf, in the same transaction as whatever it speaks of."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Update, and_, bindparam, delete, func, or_, select, union_all, update

from bot.outbox.states import COLLECTED, REPLY_LIFETIME, Priority, State
from bot.speech import Op, Outgoing
from bot.store import Seal, Tx
from bot.store.bulk import insert_rows
from bot.store.tables import addresses, appearances, moments, outbox

WAY_BACK = 600
"""Seconds for which a way back is relied on; Discord keeps an interaction open for 15 minutes."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, and the seal of the person who lives there (None: a group, whose messages hold nobody's words).

    Whom the seal has met before, their words may stand in what is said now: it is sealed with their keys too.

    `via` and `direct` are those of `Outgoing`: the way back that the person's event came with, and whether the chat
    itself is to be tried first.
    """

    address_id: int
    seal: Seal | None
    via: str = ""
    direct: bool = False


class Terms(NamedTuple):
    """When and how urgently a message leaves; times in UTC seconds, None for "now" and "a day from now".

    `key` makes a second put of the same thing do nothing. `edits` is the outbox row whose message is changed. `links`
    are the links whose sentence, answer or names stand in a new message: it can be taken back however old it is.
    """

    key: str | None = None
    priority: Priority = Priority.REPLY
    not_before: int | None = None
    deadline: int | None = None
    moment_id: int | None = None
    edits: int | None = None
    links: Collection[int] = ()


NOW = Terms()
_NEW, _WAITING = Op.NEW.value, State.WAITING.value


class Row(NamedTuple):
    """What is known of a row of the outbox when it is put: its columns, in the order in which they travel."""

    key: str | None
    address_id: int
    moment_id: int | None
    op: str
    edits: int | None
    priority: int
    not_before: int
    deadline: int
    body: bytes
    sealed: bool
    rides: bool
    heavy: bool
    state: str
    created_at: int


def put(tx: Tx, recipient: Recipient, outgoing: Outgoing, terms: Terms = NOW) -> bool:
    """Put one message; return False when its key is on the shelf already."""
    wanted = row(tx, recipient, outgoing, terms)
    if not terms.links:
        return put_all(tx, [wanted]) == 1
    new = tx.insert(outbox).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
    made = tx.connection.scalar(new, wanted._asdict())
    if made is None:
        return False
    _hand_out(tx, made)
    note_links(tx, made, terms.links)
    return True


def note_links(tx: Tx, outbox_id: int, links: Collection[int]) -> None:
    """Note that the sentence, answer or names of these links stand in a message, beside what stood there before."""
    where = [{"outbox_id": outbox_id, "link_id": link_id} for link_id in sorted(set(links))]
    if where:
        tx.connection.execute(tx.insert(appearances).on_conflict_do_nothing(), where)


def pass_over(tx: Tx, recipient: Recipient) -> None:
    """Use up the number that a message would have had here."""
    here = {"address_id": recipient.address_id, "op": Op.NEW.value, "priority": 0, "not_before": 0, "deadline": 0}
    number = tx.add(outbox, **here, sealed=False, state=State.DROPPED.value, created_at=tx.now)
    tx.connection.execute(delete(outbox).where(outbox.c.id == number))


def post(tx: Tx, recipient: Recipient, outgoing: Outgoing, terms: Terms = NOW) -> int:
    """Put one message that later ones will change, and return its row. Its key must be new."""
    made = tx.add(outbox, **row(tx, recipient, outgoing, terms)._asdict())
    _hand_out(tx, made)
    return made


def waiting_keys(tx: Tx, address_id: int, prefix: str) -> list[str]:
    """Return the keys with this prefix of what has not left yet for an address, in order of their times."""
    rows = tx.connection.scalars(
        select(outbox.c.key)
        .where(outbox.c.address_id == address_id, outbox.c.state == State.WAITING, outbox.c.key.startswith(prefix))
        .order_by(outbox.c.not_before, outbox.c.id)
    )
    return [key for key in rows if key is not None]


def row(tx: Tx, recipient: Recipient, outgoing: Outgoing, terms: Terms = NOW) -> Row:
    """Return the row of one message, for `put_all`."""
    rides = bool(recipient.via) and (terms.not_before or 0) <= tx.now + WAY_BACK
    if rides or outgoing.via or outgoing.direct:
        outgoing = replace(outgoing, via=recipient.via if rides else "", direct=rides and recipient.direct)
    return row_of_body(tx, recipient.address_id, _closed(recipient, outgoing), terms)._replace(
        op=outgoing.op.value,
        sealed=recipient.seal is not None,
        rides=rides,
        heavy=outgoing.to_be_made,
        priority=int(_priority(outgoing, terms)),
    )


def _priority(outgoing: Outgoing, terms: Terms) -> Priority:
    collected = outgoing.to_be_made and outgoing.picture is None
    return Priority.FILE if collected and terms.priority not in COLLECTED else terms.priority


def row_of_body(tx: Tx, address_id: int, body: bytes, terms: Terms) -> Row:
    """Return the row of a new message that holds nobody's words, as `stored` gives it, for `put_all`."""
    # 0: at once, also when the clock is set back meanwhile.
    not_before = terms.not_before or 0
    deadline = max(tx.now, not_before) + REPLY_LIFETIME if terms.deadline is None else terms.deadline
    return Row(
        key=terms.key,
        address_id=address_id,
        moment_id=terms.moment_id,
        op=_NEW,
        edits=terms.edits,
        priority=int(terms.priority),
        not_before=not_before,
        deadline=deadline,
        body=body,
        sealed=False,
        rides=False,
        heavy=False,
        state=_WAITING,
        created_at=tx.now,
    )


def stored(outgoing: Outgoing) -> str:
    """Return what the outbox stores of a message, before it is sealed."""
    return json.dumps(outgoing.to_dict(), ensure_ascii=False, separators=(",", ":"))


def _closed(recipient: Recipient, outgoing: Outgoing) -> bytes:
    body = stored(outgoing)
    if recipient.seal is None:
        return body.encode()
    return recipient.seal.close(body, recipient.seal.met | outgoing.owners)


def put_all(tx: Tx, rows: Sequence[Row], platforms: Mapping[int, str] | None = None) -> int:
    """Put many rows at once and return how many were new.

    `platforms` are those of their addresses, for whoever knows them already.
    """
    if not rows:
        return 0
    tx.wakes = True
    if not tx.many_writers:
        return insert_rows(tx, outbox, Row._fields, rows, absorb="key")
    from bot.outbox import bundles  # with PgQueuer, which a single process does without

    return bundles.put_rows(tx, rows, platforms)


def _hand_out(tx: Tx, row_id: int) -> None:
    """Wake whoever sends; among several processes each row has a job, which goes in with it."""
    tx.wakes = True
    if tx.many_writers:
        from bot.outbox import jobs

        jobs.put_later(tx, [row_id])


def forget_message(tx: Tx, recipient: Recipient, outbox_id: int) -> None:
    """Forget what a message said, and whatever it was changed to."""
    said = or_(outbox.c.id == outbox_id, outbox.c.edits == outbox_id)
    theirs = and_(outbox.c.address_id == recipient.address_id, said, outbox.c.op != Op.DELETE)
    tx.connection.execute(update(outbox).where(theirs).values(body=_closed(recipient, Outgoing("…"))))


def withdraw(tx: Tx, *, moment_ids: Any) -> int:
    """Drop what has not left yet for these moments (a SELECT of ids) and return how many rows that were."""
    return _withdraw(tx, _withdrawal(outbox.c.moment_id.in_(moment_ids)))


def withdraw_moment(tx: Tx, moment_id: int) -> int:
    """Drop what has not left yet for one moment and return how many rows that were."""
    return _withdraw(tx, _OF_MOMENT, moment=moment_id)


def withdraw_keyed(tx: Tx, address_id: int, prefix: str) -> int:
    """Drop what has not left yet for an address under keys that begin so, and return how many rows that were."""
    theirs = and_(outbox.c.address_id == address_id, outbox.c.key.startswith(prefix, autoescape=True))
    return _withdraw(tx, _withdrawal(theirs))


_AT = bindparam("now", type_=BigInteger)


def _withdrawal(theirs: ColumnElement[bool], where: ColumnElement[bool] | None = None) -> tuple[Update, Update]:
    """Return what drops rows that wait, and what ends those that are on their way; `where` helps to find the former."""
    waiting = update(outbox).where(theirs, outbox.c.state == State.WAITING)
    waiting = waiting.values(state=State.DROPPED, finished_at=_AT)
    # What is on its way may arrive; should it fail, it is not tried again.
    sending = update(outbox).where(theirs, outbox.c.state == State.SENDING).values(deadline=_AT - 1)
    return (waiting if where is None else waiting.where(where)), sending


def _withdraw(tx: Tx, statements: tuple[Update, Update], **values: int) -> int:
    dropped, _ = [tx.connection.execute(one, {"now": tx.now, **values}).rowcount for one in statements]
    return int(dropped)


# What waits is found by its address: at a peak others have a hundred thousand rows there.
_MOMENT = bindparam("moment", type_=BigInteger)
_OF_MOMENT = _withdrawal(
    outbox.c.moment_id == _MOMENT,
    outbox.c.address_id.in_(
        select(addresses.c.id)
        .join(moments, moments.c.person_id == addresses.c.person_id)
        .where(moments.c.id == _MOMENT)
    ),
)


def next_at(tx: Tx, address_id: int | None = None) -> int | None:
    """Return the next time (UTC seconds) from which a row that still holds back may leave (there), or None."""
    holding = select(func.min(outbox.c.not_before)).where(outbox.c.state == State.WAITING, outbox.c.not_before > tx.now)
    if address_id is not None:
        wanted = holding.where(outbox.c.address_id == address_id)
    else:
        # One look into the index for each priority, and not at everything that waits.
        firsts = [holding.where(outbox.c.priority == priority).scalar_subquery() for priority in Priority]
        first = union_all(*[select(one.label("at")) for one in firsts]).subquery()
        wanted = select(func.min(first.c.at))
    found: int | None = tx.connection.scalar(wanted)
    return found
