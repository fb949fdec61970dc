"""kill -9 at random moments, of one process on SQLite, of either of two on PostgreSQL; and a stop on request."""

import math
import random
import time
from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from bot.nudges import moments as moment_verbs
from bot.nudges.moments import Wanted
from bot.people.queries import meet, set_zone
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import addresses, moments, outbox
from tests.fakes import BotApi, Delay
from tests.faults.ground import Ground, all_due, crowd, rows_in
from tests.faults.row import Measure, Row, counted
from tests.processes.pebble import Pebble, sendings, until

SLOW = Delay(0.1)
"""A message arrives at once and is told of later: so many are in flight at any moment."""
SECONDS_BETWEEN_KILLS = 4
PATIENCE = 180.0
"""Seconds after the last kill within which all is to be at rest again."""


def in_mid_batch(ground: Ground, nudges: int, kills: int) -> Row:
    """Kill while nudges leave."""
    api, url, chance = ground.api(), ground.fresh(), random.Random(5)
    pace = max(30, nudges // (kills * SECONDS_BETWEEN_KILLS))
    people = crowd(api, nudges)
    pebble = ground.pebble(api, url)
    with pebble.store() as store:
        all_due(store, people, int(time.time()) - 60)
    api.fail("sendMessage", times=math.inf, how=SLOW)
    pebbles = ground.pebbles(api, url, TELEGRAM_PER_SECOND=pace)
    in_flight = 0
    for number in range(kills):
        _until_sent(api, int(nudges * (number + chance.random()) / (kills + 1)))
        victim = chance.choice(pebbles)
        victim.kill()
        in_flight += rows_in(victim, "sending")
        victim.start()
    pebbles[0].at_rest(PATIENCE + nudges / pace)
    unknown = int(pebbles[0].metric("outbox_unknown"))
    return counted(
        (len(person.said) for person in people),
        unknown=unknown,
        may_double=in_flight,
        measures=(Measure("kills_too_few", kills - number - 1, 0),),
    )


def _until_sent(api: BotApi, number: int) -> None:
    sendings(api, number, PATIENCE)


def among_answers(ground: Ground, updates: int, kills: int) -> Row:
    """Kill whoever hears while people tap; each event comes twice."""
    api, url, chance = ground.api(), ground.fresh(), random.Random(17)
    people = [person.id for person in crowd(api, updates)]
    pebble = ground.pebble(api, url)
    with pebble.store() as store:
        asked = store.run_now(lambda tx: _ask_half(tx, people))
    events = [_tap(person, f"1:did:{asked[person]}:" if person in asked else "1:now:0:one-breath") for person in people]
    chance.shuffle(events)
    pebbles = ground.pebbles(api, url, TELEGRAM_PER_SECOND=1000)
    size = math.ceil(updates / kills)
    for first in range(0, updates, size):
        for event in events[first : first + size]:
            api.push(event)
            api.repeat_last()
        _until_pending(api, chance.randrange(1, 2 * size))
        victim = next((one for one in pebbles if one.readiness().get("telegram") == "ok"), pebbles[0])
        victim.kill()
        victim.start()
    _until_pending(api, 0)
    with pebble.store() as store:
        effects = store.run_now(lambda tx: _effects(tx, set(asked)))
    return counted(effects[person] for person in people)


def _until_pending(api: BotApi, most: int) -> None:
    until(lambda: len(api.pending) <= most, 60, "confirming")


def _ask_half(tx: Tx, people: list[int]) -> dict[int, int]:
    """Let all of them be signed up, and every other one have an open moment; return the moments by person."""
    asked = {}
    for number, chat in enumerate(people):
        person = meet(tx, Address("telegram", str(chat)), "en", None)
        set_zone(tx, person.id, "Europe/Berlin")
        if number % 2:
            asked[chat] = moment_verbs.begin(tx, person, Wanted("one-breath", "none", 0), "Etc/UTC").id
    return asked


def _effects(tx: Tx, asked: set[int]) -> Counter[int]:
    """Return how often each person's tap has had its effect: the answer or the moment, and one reply."""
    replies = _by_chat(tx, outbox, addresses.c.id == outbox.c.address_id, outbox.c.op == "new")
    of_person = addresses.c.person_id == moments.c.person_id
    answered = _by_chat(tx, moments, of_person, moments.c.answer == "did")
    begun = _by_chat(tx, moments, of_person)
    done = {chat: answered[chat] if chat in asked else begun[chat] for chat in begun}
    return Counter({chat: max(times, replies[chat]) for chat, times in done.items() if times and replies[chat]})


def _by_chat(tx: Tx, table: Table, joined: ColumnElement[bool], *which: ColumnElement[bool]) -> Counter[int]:
    wanted = select(addresses.c.chat, func.count().label("rows")).select_from(table).join(addresses, joined)
    found = tx.connection.execute(wanted.where(*which).group_by(addresses.c.chat))
    return Counter({int(row.chat): row.rows for row in found})


def _tap(person: int, payload: str) -> dict[str, Any]:
    who = {"id": person, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    message = {"message_id": 1, "date": 1, "chat": {"id": person, "type": "private"}, "text": "…"}
    query = {"id": f"77{person}", "from": who, "message": message, "chat_instance": "1", "data": payload}
    return {"callback_query": query}


def sigterm(ground: Ground, nudges: int, stops: int) -> Row:
    """Ask to stop while nudges leave slowly: within 10 seconds, and nothing is left in doubt."""
    api, url = ground.api(), ground.fresh()
    people = crowd(api, nudges)
    pebble = ground.pebble(api, url)
    with pebble.store() as store:
        all_due(store, people, int(time.time()) - 60)
    api.fail("sendMessage", times=nudges // 2, how=Delay(0.5))
    slowest, in_doubt, refused = 0.0, 0, 0
    for number in range(stops):
        pebble.start()
        sendings(api, 1 + nudges * number // (stops + 1), PATIENCE)
        began = time.monotonic()
        refused += pebble.terminate() != 0
        slowest = max(slowest, time.monotonic() - began)
        in_doubt += rows_in(pebble, "sending") + rows_in(pebble, "unknown")
    pebble.start()
    pebble.at_rest(PATIENCE)
    measures = (Measure("stop_s", slowest, 10), Measure("in_doubt", in_doubt, 0), Measure("exits", refused, 0))
    return counted((len(person.said) for person in people), measures=measures)


def two_copies(ground: Ground, kills: int) -> Row:
    """Start a second copy beside a first one, and kill the one that works."""
    return _followed(ground, kills) if ground.server else _refused(ground, kills)


def _refused(ground: Ground, kills: int) -> Row:
    """On SQLite the second one says so and exits with 75, and can start as soon as the first one is dead."""
    api, url = ground.api(), ground.fresh()
    first, second = (ground.pebble(api, url) for _ in range(2))
    first.start()
    wrong = 0
    for _ in range(kills):
        wrong += second.run("run").returncode != 75
        first.kill()
        second.start()
        first, second = second, first
    return Row(n=kills, lost=wrong)


def _followed(ground: Ground, kills: int) -> Row:
    """On PostgreSQL both work, and the other one hears within a second."""
    api, url = ground.api(), ground.fresh()
    pebbles = ground.pebbles(api, url)
    slowest = 0.0
    for _ in range(kills):
        until(lambda: _hearing(pebbles), 10, "one that hears")
        (victim,) = _hearing(pebbles)
        killed_at = time.monotonic()
        victim.kill()
        until(lambda at=killed_at: _first_poll(api, at), 10, "a poll")  # type: ignore[misc]
        slowest = max(slowest, _first_poll(api, killed_at)[0] - killed_at)
        victim.start()
    return Row(n=kills, measures=(Measure("takeover_s", slowest, 1.0),))


def _hearing(pebbles: list[Pebble]) -> list[Pebble]:
    return [pebble for pebble in pebbles if pebble.readiness().get("telegram") == "ok"]


def _first_poll(api: BotApi, after: float) -> list[float]:
    """Return when somebody has begun to poll since then: whoever begins names no offset yet."""
    return [call.at for call in api.calls_of("getUpdates") if call.at > after and "offset" not in call.params]
