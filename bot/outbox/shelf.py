"""Put a message on the shelf, in the same transaction as whatever it speaks of."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Update, and_, bindparam, delete, func, or_, select, union_all, update

from bot.errors import SealGone
from bot.outbox.states import REPLY_LIFETIME, Priority, State
from bot.speech import Op, Outgoing
from bot.store import Seal, Tx
from bot.store.bulk import insert_returning, insert_rows
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
        heavy=outgoing.picture is not None and outgoing.op is Op.NEW,
    )


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


# Every tap asks these: they are made once, for making one costs more than running it.
_ADDRESS, _ID, _AT = (bindparam(name, type_=BigInteger) for name in ("address_id", "id", "now"))
_OF_MESSAGE = (
    select(outbox.c.id, outbox.c.body, outbox.c.sealed, outbox.c.op)
    .where(outbox.c.address_id == _ADDRESS, outbox.c.message == bindparam("message"), outbox.c.op == Op.NEW)
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_BODY = select(outbox.c.body, outbox.c.sealed, outbox.c.op).where(outbox.c.id == _ID)
_EDITS = (
    select(outbox.c.body, outbox.c.sealed, outbox.c.op)
    .where(
        outbox.c.address_id == _ADDRESS,
        outbox.c.id > _ID,
        outbox.c.edits == _ID,
        outbox.c.op == Op.EDIT,
        outbox.c.not_before <= _AT,
        outbox.c.body.is_not(None),
    )
    .order_by(outbox.c.id)
)


def put_all(tx: Tx, rows: Sequence[Row]) -> int:
    """Put many rows in one statement and return how many were new."""
    if not rows:
        return 0
    if not tx.many_writers:
        tx.wakes = True
        return insert_rows(tx, outbox, Row._fields, rows, absorb="key")
    from bot.outbox import jobs  # with PgQueuer, which a single process does without

    made = insert_returning(tx, outbox, Row._fields, rows, absorb="key", returning=jobs.OF_ROW)
    jobs.put_rows(tx, made)
    tx.wakes = True
    return len(made)


def _hand_out(tx: Tx, row_id: int) -> None:
    """Wake whoever sends; among several processes each row has a job, which goes in with it."""
    tx.wakes = True
    if tx.many_writers:
        from bot.outbox import jobs

        jobs.put(tx, [row_id])


def find_drawings(tx: Tx, address_id: int, message: str, seal: Seal | None) -> tuple[int, list[Outgoing]] | None:
    """Return the outbox row behind a platform's message id and what `drawings` says of it; None when forgotten."""
    row = tx.connection.execute(_OF_MESSAGE, {"address_id": address_id, "message": message}).first()
    if row is None or row.body is None:
        return None
    drawn = _drawn(tx, address_id, row.id, _known(row.body, row.sealed, row.op, seal), seal)
    return (row.id, drawn) if drawn else None


def find_message(tx: Tx, address_id: int, message: str) -> int | None:
    """Return the outbox row behind a platform's message id, or None when it is forgotten."""
    found: int | None = tx.connection.scalar(_OF_MESSAGE, {"address_id": address_id, "message": message})
    return found


def is_newest(tx: Tx, address_id: int, outbox_id: int) -> bool:
    """Return whether nothing has been said at an address since the message of this row, or in one breath with it."""
    said = select(outbox.c.created_at).where(outbox.c.id == outbox_id).scalar_subquery()
    later = select(outbox.c.id).where(
        outbox.c.address_id == address_id,
        outbox.c.id > outbox_id,
        outbox.c.created_at > said,
        outbox.c.op == Op.NEW,
        outbox.c.not_before <= tx.now,
        outbox.c.state.in_((State.WAITING, State.SENDING, State.SENT)),
    )
    return tx.connection.execute(later.limit(1)).first() is None


def read_body(tx: Tx, outbox_id: int, seal: Seal | None) -> Outgoing | None:
    """Return what the row said, or None when that is forgotten: its time is over, or who stood in it was erased."""
    found = tx.connection.execute(_BODY, {"id": outbox_id}).first()
    return _known(found.body, found.sealed, found.op, seal) if found and found.body is not None else None


def keyed(tx: Tx, key: str, person_id: int, seal: Seal) -> Outgoing | None:
    """Return what was put under a key for one of a person's chats, or None when it is forgotten."""
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id)
    found = tx.connection.execute(
        select(outbox.c.body, outbox.c.sealed, outbox.c.op).where(
            outbox.c.key == key, outbox.c.address_id.in_(theirs), outbox.c.body.is_not(None)
        )
    ).first()
    return opened(found.body, found.sealed, found.op, seal) if found else None


def forget_message(tx: Tx, recipient: Recipient, outbox_id: int) -> None:
    """Forget what a message said, and whatever it was changed to."""
    said = or_(outbox.c.id == outbox_id, outbox.c.edits == outbox_id)
    theirs = and_(outbox.c.address_id == recipient.address_id, said, outbox.c.op != Op.DELETE)
    tx.connection.execute(update(outbox).where(theirs).values(body=_closed(recipient, Outgoing("…"))))


def drawings(tx: Tx, address_id: int, outbox_id: int, seal: Seal | None) -> list[Outgoing]:
    """Return what the message of a row has looked like so far, newest first; empty when its text is forgotten.

    An edit that only takes the buttons away keeps the text of before; edits that are still to come are left out.
    """
    return _drawn(tx, address_id, outbox_id, read_body(tx, outbox_id, seal), seal)


def _drawn(tx: Tx, address_id: int, outbox_id: int, first: Outgoing | None, seal: Seal | None) -> list[Outgoing]:
    if first is None:
        return []
    rows = tx.connection.execute(_EDITS, {"address_id": address_id, "id": outbox_id, "now": tx.now})
    drawn = [first]
    for row in rows:
        edit = _known(row.body, row.sealed, row.op, seal)
        if edit is None:
            return []
        drawn.append(replace(edit, text=edit.text or drawn[-1].text, owners=edit.owners | drawn[-1].owners))
    return drawn[::-1]


def _known(body: bytes, sealed: bool, op: str, seal: Seal | None) -> Outgoing | None:
    """Return the message that a stored body holds, None where somebody whose words stood in it was erased."""
    try:
        return unsealed(body, sealed, op, seal)
    except SealGone:
        return None


def opened(body: bytes, sealed: bool, op: str, seal: Seal | None) -> Outgoing:
    """Return the message that a stored body holds, a bare one where somebody whose words stood in it was erased."""
    try:
        return unsealed(body, sealed, op, seal)
    except SealGone:
        return Outgoing("…", op=Op(op))


def unsealed(body: bytes, sealed: bool, op: str, seal: Seal | None) -> Outgoing:
    """Return the message that a stored body holds. Raises SealGone where somebody whose words stand in it was erased.

    Whose words they are is noted with it, and not by the seal: many a body is only looked through.
    """
    text, owners = seal.read(bytes(body)) if sealed and seal else (bytes(body).decode(), None)
    said = Outgoing.from_dict(json.loads(text), Op(op))
    return replace(said, owners=owners) if owners else said


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


def newest_messages(tx: Tx, address_id: int, seal: Seal | None, most: int) -> list[tuple[int, Outgoing]]:
    """Return the last messages that stand at an address, or are about to, with their row ids, newest first."""
    rows = tx.connection.execute(
        select(outbox.c.id, outbox.c.body, outbox.c.sealed)
        .where(
            outbox.c.address_id == address_id,
            outbox.c.op == Op.NEW,
            # Whoever writes twice at once answers what has not left yet.
            outbox.c.state.in_((State.WAITING, State.SENDING, State.SENT)),
            outbox.c.not_before <= tx.now,
            outbox.c.body.is_not(None),
        )
        .order_by(outbox.c.id.desc())
        .limit(most)
    )
    found = ((row.id, _known(row.body, row.sealed, Op.NEW, seal)) for row in rows)
    return [(number, said) for number, said in found if said is not None]
