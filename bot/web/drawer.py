"""The drawer of the local page: a person's nudges with the next times, last moments, outbox; and fast-forward."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.catalogue import Catalogue
from bot.errors import TryLater
from bot.flows.commands import cue_and_days
from bot.nudges.queries import Nudge, of_person
from bot.outbox.shelf import next_at
from bot.people.queries import Person, find
from bot.schedules.times import next_after, next_times
from bot.schedules.zones import guess_zone, local
from bot.speech import Address
from bot.store import Store, Tx
from bot.store.tables import moments, outbox
from bot.texts import N_, Voice

Who = Callable[[Request], Address | None]
Forward = Callable[[int], Awaitable[int]]
"""Moves the demo clock so far that what is due at that time (UTC seconds) has come; returns the new time."""

LAST = 12
_ANSWERS = {
    "did": N_("Did it"),
    "not-today": N_("Not today"),
    "words": N_("In words"),
    "face": N_("A face"),
}


def drawer_routes(store: Store, catalogue: Catalogue, who: Who, forward: Forward | None) -> list[Route]:
    """Return the routes of the drawer; without `forward` there is no fast-forward."""

    async def drawer(request: Request) -> Response:
        address = who(request)
        if address is None:
            return JSONResponse({"line": "I don’t know who is asking."}, 400)
        try:
            return JSONResponse(await store.read(lambda tx: contents(tx, catalogue, address, forward is not None)))
        except TryLater:
            return JSONResponse({"line": "The drawer sticks. One moment, please."}, 503)

    async def go(request: Request) -> Response:
        address = who(request)
        if address is None or forward is None:
            return JSONResponse({"line": "There is no clock to move here."}, 409)
        try:
            at = await store.read(lambda tx: next_ring(tx, address))
            if at is None:
                return JSONResponse({"line": "Nothing is set yet, so there is no next nudge."}, 409)
            await forward(at)
            return JSONResponse(await store.read(lambda tx: contents(tx, catalogue, address, True)))
        except TryLater:
            return JSONResponse({"line": "The clock sticks. One moment, please."}, 503)

    return [
        Route("/drawer", drawer),
        *([Route("/demo/forward", go, methods=["POST"])] if forward else []),
    ]


def contents(tx: Tx, catalogue: Catalogue, address: Address, moves: bool) -> dict[str, Any]:
    """Return all that the drawer shows, in the person's language and zone."""
    person = find(tx, address)
    voice = Voice.of(person.language if person else "en")
    zone = _zone(person)
    nudges = of_person(tx, person.id, person.seal) if person else []
    at = next_ring(tx, address)
    return {
        "clock": voice.date_time(local(zone, tx.now)),
        "zone": person.zone if person else None,
        "nudges": [_nudge(nudge, catalogue, voice, tx.now) for nudge in nudges],
        "moments": _moments(tx, person, catalogue, voice) if person else [],
        "outbox": _outbox(tx, person, voice, zone) if person else [],
        "forward": {"label": voice.day_time(local(zone, at))} if moves and at else None,
    }


def next_ring(tx: Tx, address: Address) -> int | None:
    """Return when this person's next nudge, new or put off, will come (UTC seconds)."""
    person = find(tx, address)
    if person is None or person.paused(tx.now):
        return None
    waiting = next_at(tx, person.address_id)
    awake = [n for n in of_person(tx, person.id, person.seal) if n.paused_at is None]
    coming = [next_after(n.rule, n.zone, tx.now) for n in awake]
    return min([*(c.at for c in coming if c), *([waiting] if waiting else [])], default=None)


def _zone(person: Person | None) -> str:
    if person is None:
        return "Etc/UTC"
    return person.zone or guess_zone(person.hinted_zone, person.language)


def _nudge(nudge: Nudge, catalogue: Catalogue, voice: Voice, now: int) -> dict[str, Any]:
    practice = catalogue.get(nudge.practice)
    return {
        "title": f"{practice.icon} {voice.say(practice.title)}" if practice else nudge.practice,
        "words": cue_and_days(nudge, catalogue, voice, local(nudge.zone, now).date()),
        "next": [voice.date_time(local(nudge.zone, t.at)) for t in next_times(nudge.rule, nudge.zone, now, 3)],
    }


def _moments(tx: Tx, person: Person, catalogue: Catalogue, voice: Voice) -> list[dict[str, Any]]:
    rows = tx.connection.execute(
        select(moments).where(moments.c.person_id == person.id).order_by(moments.c.id.desc()).limit(LAST)
    )
    shown = []
    for row in rows:
        practice = catalogue.get(row.practice)
        replies = {reply.key: reply.label for reply in practice.replies} if practice else {}
        label = replies.get(row.answer) or _ANSWERS.get(row.answer)
        shown.append(
            {
                "when": row.slot.replace("T", " "),
                "title": voice.say(practice.title) if practice else row.practice,
                "answer": voice.say(label) if label else "–",
                "before": row.before,
                "after": row.after,
            }
        )
    return shown


def _outbox(tx: Tx, person: Person, voice: Voice, zone: str) -> list[dict[str, Any]]:
    rows = tx.connection.execute(
        select(outbox.c.id, outbox.c.op, outbox.c.priority, outbox.c.state, outbox.c.not_before, outbox.c.created_at)
        .where(outbox.c.address_id == person.address_id)
        .order_by(outbox.c.id.desc())
        .limit(LAST)
    )
    return [
        {
            "id": row.id,
            "what": row.op if row.op != "new" else ("nudge" if row.priority else "reply"),
            "state": row.state,
            "when": voice.day_time(local(zone, row.not_before or row.created_at)),
        }
        for row in rows
    ]
