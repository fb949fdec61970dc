"""kill -9 of one process of two on PostgreSQL: the other is handed what it held, and nothing is lost."""

import signal
import time
from collections import Counter
from functools import partial

from sqlalchemy import func, select

from bot.outbox.bundles import LARGEST
from bot.outbox.job_queue import DEAD_AFTER
from bot.outbox.pump import IDLE
from bot.store.tables import outbox
from tests.fakes import BotApi, Hang
from tests.kit.databases import KEY, Postgres
from tests.processes.conftest import Start
from tests.processes.pebble import sendings, telegram, until
from tests.processes.schedule import nudge_due

HELD, ALL = 8, 30
ROOM = 5.0
"""Seconds for a busy machine."""


def test_what_a_killed_process_held_is_handed_to_the_other_and_nothing_is_lost(
    new_pebble: Start, api: BotApi, postgres_server: Postgres
) -> None:
    shared = telegram(api, DATABASE=postgres_server.database(), SECRET_KEYS=KEY)
    dies, lives = new_pebble("dies", **shared), new_pebble("lives", **shared)
    people = [api.person(500 + number) for number in range(ALL)]
    dies.start()
    api.fail("sendMessage", times=HELD, how=Hang(after=True))
    now = int(time.time())
    with dies.store() as store:
        for person in people:
            person.user.started = True
        for person in people[:HELD]:
            store.run_now(partial(nudge_due, chat=person.id, at=now - 60))
        sendings(api, HELD, 15)
        lives.start()
        for person in people[HELD:]:
            store.run_now(partial(nudge_due, chat=person.id, at=now - 60))
        for person in people[HELD:]:
            person.wait_for(lambda message: bool(message.buttons), 15)
        assert len(api.calls_of("sendMessage")) == ALL, "what the first is sending is not the other's while it lives"

        assert dies.process is not None
        dies.process.send_signal(signal.SIGKILL)
        dies.process.wait(5)
        # What it held, and what it had sent in its last moment but not marked.
        sending = select(func.count()).where(outbox.c.state == "sending")
        held = store.run_now(lambda tx: tx.connection.scalar(sending)) or 0
        took = until(
            lambda: len(api.calls_of("sendMessage")) >= ALL + HELD,
            DEAD_AFTER.seconds + IDLE + ROOM,
            lambda: lives.output,
        )
        lives.at_rest(15)
        assert store.run_now(lambda tx: set(tx.connection.scalars(select(outbox.c.state)))) == {"sent"}
    assert took > DEAD_AFTER.seconds - IDLE - ROOM
    copies = Counter(len(person.said) for person in people)
    assert set(copies) == {1, 2}
    assert HELD <= copies[2] <= held


def test_of_a_bundle_that_is_half_sent_only_the_other_half_is_sent_again(
    new_pebble: Start, api: BotApi, postgres_server: Postgres
) -> None:
    shared = telegram(api, DATABASE=postgres_server.database(), SECRET_KEYS=KEY)
    dies, lives = new_pebble("dies", **shared), new_pebble("lives", **shared)
    people = [api.person(700 + number) for number in range(LARGEST)]
    arrives, hangs = people[::2], people[1::2]
    for person in people:
        person.user.started = True
    for person in hangs:
        api.fail("sendMessage", how=Hang(after=True), chat_id=person.id)
    dies.start()
    with dies.store() as store:

        def states() -> Counter[str]:
            return Counter(store.run_now(lambda tx: tx.connection.scalars(select(outbox.c.state)).all()))

        at = int(time.time()) - 60
        store.run_now(lambda tx: [nudge_due(tx, person.id, at) for person in people])
        sendings(api, len(people), 15)
        until(lambda: states() == {"sent": len(arrives), "sending": len(hangs)}, 5, states)
        assert store.run_now(lambda tx: tx.connection.scalar(select(func.count(outbox.c.bundle.distinct())))) == 1
        lives.start()
        dies.kill()
        until(lambda: len(api.calls_of("sendMessage")) >= len(people) + len(hangs), DEAD_AFTER.seconds + IDLE + ROOM)
        lives.at_rest(15)
        assert states() == {"sent": len(people)}
    assert [len(person.said) for person in arrives] == [1] * len(arrives)
    assert [len(person.said) for person in hangs] == [2] * len(hangs)
