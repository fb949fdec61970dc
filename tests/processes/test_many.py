"""Several real processes on one PostgreSQL: one hears, all send, and whoever goes is followed."""

import signal
import time
from collections import Counter
from functools import partial

import pytest
from sqlalchemy import func, select

from bot.store import Tx
from bot.store.tables import outbox
from tests.fakes import BotApi
from tests.kit.databases import KEY, Postgres
from tests.processes.conftest import Start
from tests.processes.pebble import Pebble, tap, telegram, until
from tests.processes.schedule import nudge_due

WAITS = "ok, another process hears people here"


@pytest.fixture
def shared(api: BotApi, postgres_server: Postgres) -> dict[str, object]:
    """The settings of processes that share a bot and a database."""
    return telegram(api, DATABASE=postgres_server.database(), SECRET_KEYS=KEY)


def begin(*pebbles: tuple[Pebble, tuple[str, ...]]) -> None:
    """Start them side by side and wait until all are ready."""
    for pebble, arguments in pebbles:
        pebble.spawn("run", *arguments)
    until(lambda: all(pebble.get("/health/ready")[0] == 200 for pebble, _ in pebbles), 40, lambda: _outputs(pebbles))


def _outputs(pebbles: tuple[tuple[Pebble, tuple[str, ...]], ...]) -> str:
    return "\n".join(pebble.output for pebble, _ in pebbles)


def who_hears(*pebbles: Pebble) -> list[Pebble]:
    """Return those that hear Telegram now."""
    return [pebble for pebble in pebbles if pebble.readiness().get("telegram") == "ok"]


def answers(tx: Tx) -> int:
    return int(tx.connection.scalar(select(func.count()).select_from(outbox)) or 0)


def states(tx: Tx) -> dict[str, int]:
    rows = tx.connection.execute(select(outbox.c.state, func.count().label("rows")).group_by(outbox.c.state))
    return {row.state: row.rows for row in rows}


def test_one_of_two_polls_through_a_restart_of_the_database_and_the_other_takes_over_from_a_killed_one(
    new_pebble: Start, api: BotApi, shared: dict[str, object], postgres_server: Postgres
) -> None:
    two = [new_pebble(name, **shared) for name in ("one", "two")]
    begin(*((pebble, ()) for pebble in two))
    until(lambda: len(who_hears(*two)) == 1, 5, "one that hears")
    assert sorted(pebble.readiness()["telegram"] for pebble in two) == ["ok", WAITS]

    postgres_server.stop()
    try:
        until(lambda: two[0].get("/health/ready")[0] == 503, 5, two[0].readiness)
    finally:
        postgres_server.start()
    assert until(lambda: all(pebble.get("/health/ready")[0] == 200 for pebble in two), 10, "readiness") < 10
    until(lambda: len(who_hears(*two)) == 1, 5, "one that hears")

    (hears,) = who_hears(*two)
    (waits,) = (pebble for pebble in two if pebble is not hears)
    people = [api.person(100 + number) for number in range(20)]
    for person in people[:10]:
        person.command("help")
    assert hears.process is not None
    killed_at = time.monotonic()
    hears.process.send_signal(signal.SIGKILL)
    hears.process.wait(5)
    until(lambda: who_hears(waits), 5, waits.readiness)
    # Whoever begins to poll names no offset yet.
    first = next(poll for poll in api.calls_of("getUpdates") if poll.at > killed_at and "offset" not in poll.params)
    for person in people[10:]:
        person.command("help")
    for person in people:
        person.wait_for("/cancel", 15)
    assert first.at - killed_at < 1
    assert "Conflict" not in hears.logged + waits.logged, "two have polled at the same time"
    waits.at_rest(15)
    with waits.store() as store:
        assert store.run_now(answers) == 40, "each was told once what is kept, and answered once"


def test_a_rolling_restart_loses_nothing_and_leaves_nothing_in_doubt(
    new_pebble: Start, api: BotApi, shared: dict[str, object]
) -> None:
    two = [new_pebble(name, **shared) for name in ("one", "two")]
    begin(*((pebble, ()) for pebble in two))
    writing, nudged = [[api.person(number + n) for n in range(30)] for number in (200, 300)]
    now = int(time.time())
    with two[0].store() as store:
        for person in nudged:
            person.user.started = True
            store.run_now(partial(nudge_due, chat=person.id, at=now - 60))
    for number, pebble in enumerate(two):
        for person in writing[number * 15 : number * 15 + 8]:
            person.command("help")
        assert pebble.terminate() == 0
        for person in writing[number * 15 + 8 : number * 15 + 15]:
            person.command("help")
        begin((pebble, ()))
    for person in writing:
        person.wait_for("/cancel", 15)
    for person in nudged:
        person.wait_for(lambda message: bool(message.buttons), 15)
    two[0].at_rest(15)
    with two[0].store() as store:
        assert store.run_now(states) == {"sent": 90}
    # Whoever writes for the first time is told what is kept, and answered.
    assert Counter(len(person.said) for person in writing) == {2: 30}
    assert Counter(len(person.said) for person in nudged) == {1: 30}


def test_a_door_a_clockwork_and_a_pump_do_the_whole_job_together(
    new_pebble: Start, api: BotApi, shared: dict[str, object]
) -> None:
    door, rota, pump = (new_pebble(name, **shared) for name in ("door", "rota", "pump"))
    del rota.settings["TELEGRAM_TOKEN"]  # the clockwork speaks to nobody
    begin((door, ("--only", "door")), (rota, ("--only", "rota")), (pump, ("--only=pump",)))
    assert set(door.readiness()) == set(pump.readiness()) == {"database", "migrations", "telegram"}
    assert set(rota.readiness()) == {"database", "migrations", "rota"}
    ann = api.person(11)
    ann.command("start")
    tap(ann, "One slow breath", 10)
    ann.wait_for("ride along", 10)
    before = ann.newest
    with door.store() as store:
        store.run_now(lambda tx: nudge_due(tx, 11, int(time.time())))
    ann.wait_for(lambda message: "In 15 min" in str(message.buttons), 10, after=before)
    assert rota.metric("moments_total") == 1
    until(lambda: pump.metric("sent_total") >= 3, 5, "the pump's count")
    assert door.metric("sent_total") == rota.metric("sent_total") == 0
    assert [pebble.terminate() for pebble in (door, rota, pump)] == [0, 0, 0]


def test_roles_are_for_several_processes_on_postgresql(new_pebble: Start, api: BotApi) -> None:
    alone = new_pebble("alone", **telegram(api)).run("run", "--only", "pump")
    assert (alone.returncode, alone.stdout) == (78, "")
    assert "on SQLite one process does everything" in alone.stderr
    assert len(alone.stderr.splitlines()) == 1
    page = new_pebble("page", DATABASE="postgresql://pebble@127.0.0.1:1/pebble", WEB_CHAT="yes", SECRET_KEYS=KEY)
    done = page.run("run", "--only", "door,rota")
    assert done.returncode == 78
    assert "the local page needs door and pump" in done.stderr
    odd = new_pebble("odd", **telegram(api)).run("run", "--only", "door,cellar")
    assert odd.returncode == 2
    assert "'door,cellar' is none of door, rota, pump" in odd.stderr
