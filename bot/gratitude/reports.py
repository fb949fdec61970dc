"""Reports and suspensions: two reports by different people suspend, the host lifts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from bot.gratitude.rules import suspends
from bot.people.queries import Person
from bot.store import Tx
from bot.store.tables import acquaintances, links, persons, reports, suspensions


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the host sees it: numbers, and the sentence where the reporter agreed to that."""

    id: int
    about_id: int
    at: int
    suspended: bool
    sentence: str | None


def report(tx: Tx, person: Person, link_id: int, sender_id: int, *, shows: bool) -> None:
    """Report a sentence that came, or the invitation to one; `shows`: the host may read it.

    The second person to report its sender suspends. A suspension stays when one of the two goes.
    """
    wanted = tx.insert(reports).values(link_id=link_id, person_id=person.id, about_id=sender_id, shows=shows, at=tx.now)
    tx.connection.execute(
        wanted.on_conflict_do_update(index_elements=["link_id", "person_id"], set_={"shows": shows, "at": tx.now})
    )
    if not is_suspended(tx, sender_id) and suspends(reporters(tx, sender_id)):
        suspend(tx, sender_id)


def reporters(tx: Tx, about_id: int) -> set[int | None]:
    """Return who has reported a person, or whom they were before, since the host last lifted a suspension."""
    lifted = tx.connection.scalar(select(suspensions.c.lifted_at).where(suspensions.c.person_id == about_id)) or 0
    now = select(reports.c.person_id).where(reports.c.about_id == about_id, reports.c.at > lifted)
    before = select(acquaintances.c.person_id).where(
        acquaintances.c.other_id == about_id, acquaintances.c.reported_at > lifted
    )
    return {*tx.connection.scalars(now), *tx.connection.scalars(before)}


def is_suspended(tx: Tx, person_id: int) -> bool:
    """Return whether a person may send nothing."""
    row = tx.connection.execute(
        select(suspensions.c.person_id).where(suspensions.c.person_id == person_id, suspensions.c.lifted_at.is_(None))
    ).first()
    return row is not None


def suspend(tx: Tx, person_id: int) -> bool:
    """Let a person send nothing until `lift`; return False when there is no such person."""
    if tx.connection.execute(select(persons.c.id).where(persons.c.id == person_id)).first() is None:
        return False
    wanted = tx.insert(suspensions).values(person_id=person_id, at=tx.now)
    anew = {"at": tx.now, "lifted_at": None}
    tx.connection.execute(wanted.on_conflict_do_update(index_elements=["person_id"], set_=anew))
    return True


def lift(tx: Tx, person_id: int) -> bool:
    """Let a suspended person send again; what was reported before no longer counts. False: they were not suspended."""
    result = tx.connection.execute(
        update(suspensions)
        .where(suspensions.c.person_id == person_id, suspensions.c.lifted_at.is_(None))
        .values(lifted_at=tx.now)
    )
    if int(result.rowcount) != 1:
        return False
    # What they sent and answered before has waited meanwhile.
    waits = (links.c.sender_id == person_id, links.c.brought_at.is_(None), links.c.withheld.is_(False))
    taken = (links.c.due_at.is_(None), links.c.accepted_at.is_not(None), links.c.receiver_id.is_not(None))
    tx.connection.execute(update(links).where(*waits, *taken).values(due_at=tx.now))
    answered = (links.c.receiver_id == person_id, links.c.answer_due_at.is_not(None))
    tx.connection.execute(update(links).where(*answered).values(answer_due_at=tx.now))
    return True


def reported(tx: Tx) -> list[Report]:
    """Return all reports, newest first."""
    rows = tx.connection.execute(
        select(
            reports,
            links.c.sealed_by_receiver,
            persons.c.key_id,
            (suspensions.c.person_id.is_not(None) & suspensions.c.lifted_at.is_(None)).label("suspended"),
        )
        .join(links, links.c.id == reports.c.link_id)
        .outerjoin(persons, persons.c.id == reports.c.person_id)
        .outerjoin(suspensions, suspensions.c.person_id == reports.c.about_id)
        .order_by(reports.c.id.desc())
    ).all()
    return [Report(row.id, row.about_id, row.at, bool(row.suspended), _sentence(tx, row)) for row in rows]


def suspended_before(tx: Tx) -> list[int]:
    """Return who is suspended without a report: by the host, or for what they did before they began anew."""
    about = select(reports.c.about_id)
    wanted = select(suspensions.c.person_id).where(
        suspensions.c.lifted_at.is_(None), suspensions.c.person_id.not_in(about)
    )
    return list(tx.connection.scalars(wanted.order_by(suspensions.c.person_id)))


def _sentence(tx: Tx, row: Any) -> str | None:
    """Return the reporter's own copy; without consent, or once the reporter is gone, nobody reads it."""
    if not row.shows or row.key_id is None or row.sealed_by_receiver is None:
        return None
    return str(tx.keys.seal(row.key_id).open_json(bytes(row.sealed_by_receiver))["sentence"])
