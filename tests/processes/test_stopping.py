"""Stopping, and who may run beside whom."""

import time
from functools import partial

from sqlalchemy import func, select

from bot.store.tables import outbox
from tests.fakes import BotApi
from tests.kit.forks import execute
from tests.processes.conftest import Start
from tests.processes.pebble import Pebble, sendings, telegram
from tests.processes.schedule import nudge_due


def test_sigterm_at_any_moment_leaves_no_row_behind(prepared: Pebble, api: BotApi) -> None:
    people = [api.person(3000 + number) for number in range(30)]
    for person in people:
        person.user.started = True
    for times in range(2):
        now = int(time.time())
        with prepared.store() as store:
            for person in people[times * 15 : times * 15 + 15]:
                store.run_now(partial(nudge_due, chat=person.id, at=now - 60))
        sent = len(api.calls_of("sendMessage"))
        prepared.start()
        sendings(api, sent + 1 + 7 * times)
        assert prepared.terminate() == 0
        with prepared.store() as store:
            left = store.run_now(
                lambda tx: tx.connection.scalar(select(func.count()).where(outbox.c.state == "sending"))
            )
        assert left == 0
    assert {len(person.said) for person in people} <= {0, 1}


def test_started_as_a_host_does_it_is_ready_after_a_kill_and_stops_when_asked(pebble: Pebble) -> None:
    pebble.begin = execute
    pebble.start()
    pebble.restart()
    assert pebble.terminate() == 0
    assert pebble.run("run", "--nothing-of-the-kind").returncode == 2


def test_a_second_copy_on_the_same_file_says_so_in_one_line_and_a_killed_one_is_followed_at_once(
    pebble: Pebble, api: BotApi, new_pebble: Start
) -> None:
    pebble.start()
    second = new_pebble("second", DATABASE=f"sqlite:///{pebble.data / 'pebble.db'}", **telegram(api))
    done = second.run("run")
    assert done.returncode == 75
    assert done.stderr.splitlines() == [
        "pebble: Pebble is already running on this database. Stop the other copy first."
    ]
    assert done.stdout == ""
    pebble.kill()
    second.start()
    assert second.readiness()["database"] == "ok"
    assert pebble.run("migrate").returncode == 75
