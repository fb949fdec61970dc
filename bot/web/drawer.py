"""The drawer of the local page: a person's nudges with the next times, last moments, outbox; and fast-forward."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.catalogue import Catalogue
from bot.errors import TryLater
from bot.flows.nudge_cards import cue_and_days
from bot.nudges.queries import Nudge, of_person
from bot.outbox.shelf import next_at
from bot.outbox.states import COLLECTED, Priority, State
from bot.people.queries import Person, find
from bot.schedules.times import next_after, next_times
from bot.schedules.zones import local
from bot.speech import Address, Op
from bot.store import Store, Tx
from bot.store.tables import moments, outbox
from bot.texts import N_, Voice
from bot.web.wording import kind_line, voice_for

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
_WHAT = {"edit": N_("edit"), "delete": N_("delete"), "nudge": N_("nudge"), "reply": N_("reply")}
_NEW = dict.fromkeys((Priority.REPLY, *COLLECTED), "reply")
"""What a new message is called, by its priority; any other is a nudge."""
FATES = {
    State.WAITING: N_("waiting"),
    State.SENDING: N_("sending"),
    State.SENT: N_("sent"),
    State.UNKNOWN: N_("unknown"),
    State.EXPIRED: N_("expired"),
    State.DEAD: N_("dead"),
    State.DROPPED: N_("dropped"),
}

UNKNOWN = N_("I don’t know who is asking.")
STICKS = N_("The drawer sticks. One moment, please.")
NO_CLOCK = N_("There is no clock to move here.")
NOTHING_SET = N_("Nothing is set yet, so there is no next nudge.")
CLOCK_STICKS = N_("The clock sticks. One moment, please.")


def drawer_routes(store: Store, catalogue: Catalogue, who: Who, forward: Forward | None) -> list[Route]:
    """Return the routes of the drawer; without `forward` there is no fast-forward."""

    async def inside(request: Request, address: Address) -> Response:
        asked = voice_for(request.headers)
        return JSONResponse(await store.read(lambda tx: contents(tx, catalogue, address, asked, forward is not None)))

    async def drawer(request: Request) -> Response:
        address = who(request)
        if address is None:
            return kind_line(request.headers, UNKNOWN, 400)
        try:
            return await inside(request, address)
        except TryLater:
            return kind_line(request.headers, STICKS, 503)

    async def go(request: Request) -> Response:
        address = who(request)
        if address is None or forward is None:
            return kind_line(request.headers, NO_CLOCK, 409)
        try:
            at = await store.read(lambda tx: next_ring(tx, address))
            if at is None:
                return kind_line(request.headers, NOTHING_SET, 409)
            await forward(at)
            return await inside(request, address)
        except TryLater:
            return kind_line(request.headers, CLOCK_STICKS, 503)

    return [
        Route("/drawer", drawer),
        *([Route("/demo/forward", go, methods=["POST"])] if forward else []),
    ]


def contents(tx: Tx, catalogue: Catalogue, address: Address, asked: Voice, moves: bool) -> dict[str, Any]:
    """Return all that the drawer shows, in the person's language and zone; a stranger's language is what was asked."""
    person = find(tx, address)
    voice = Voice.of(person.language) if person else asked
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
    return person.here


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
            "what": voice.say(_WHAT[row.op if row.op != Op.NEW else _NEW.get(row.priority, "nudge")]),
            "state": voice.say(FATES[State(row.state)]),
            "when": voice.day_time(local(zone, row.not_before or row.created_at)),
        }
        for row in rows
    ]
