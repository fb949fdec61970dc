"""What a host sees at a glance, and what could be done about a peak."""

import json

import pytest
from sqlalchemy import insert, update

from bot.outbox.backlog import Backlog, backlogs
from bot.outbox.states import Priority
from bot.settings import WrongSetting, read_settings
from bot.status import Peak, advise, in_words, look, show_status
from bot.store import Store, Tx
from bot.store.tables import addresses, due, nudges
from tests.kit.shelf import PostRoom

SPEEDS = {"telegram": 30.0, "discord": 50.0, "web": 10_000.0}
EVENING = 1_795_035_600


def test_what_the_pace_can_keep_needs_no_advice() -> None:
    assert advise(None, {}, SPEEDS) == []
    assert advise(Peak(EVENING, {"telegram": 1800}), {"telegram": Backlog(50, 2)}, SPEEDS) == []


def test_a_peak_that_the_pace_cannot_keep_is_told_with_what_would_help() -> None:
    advice = "\n".join(advise(Peak(EVENING, {"telegram": 100_000, "web": 9}), {}, SPEEDS))
    assert "100,000 nudges are due on Telegram, which takes 30 a second: the last one leaves 56 min later." in advice
    assert "let go after half an hour" in advice
    assert "some time in the evening" in advice
    assert "PEBBLE_TELEGRAM_PER_SECOND=1000" in advice
    assert "about 9,700 Telegram Stars" in advice
    assert "More processes do not help" in advice
    assert "Web" not in advice


def test_paid_broadcasts_are_no_advice_where_there_are_none_or_they_are_on() -> None:
    for name, speed in (("discord", 50.0), ("telegram", 971.0)):
        advice = "\n".join(advise(Peak(EVENING, {name: 100_000}), {}, {name: speed}))
        assert "the last one leaves" in advice
        assert "PER_SECOND" not in advice


def test_messages_that_wait_although_there_is_room_are_told() -> None:
    [advice] = advise(None, {"telegram": Backlog(3, 600)}, SPEEDS)
    assert "does a pebble run there" in advice
    assert advise(None, {"telegram": Backlog(30_000, 600)}, SPEEDS) == [], "a long queue takes its time"


def fill(tx: Tx) -> None:
    """Three nudges at one minute tomorrow, one of them on Discord, one sooner, one that was edited since."""
    for n in range(5):
        platform = "discord" if n == 2 else "telegram"
        tx.connection.execute(insert(addresses).values(id=100 + n, platform=platform, chat=str(n)))
        values = {"practice": "breath", "rule": "{}", "zone": "Etc/UTC", "grace": 60, "created_at": tx.now}
        [someone] = [
            tx.connection.execute(insert(nudges).values(id=n, person_id=1, address_id=100 + n, version=1, **values))
        ]
        assert someone.rowcount == 1
    soon, busy = tx.now // 60 * 60 + 1800, tx.now // 60 * 60 + 36_000
    rows = [(busy, 0, 1), (busy + 30, 1, 1), (busy + 59, 2, 1), (soon, 3, 1), (busy, 4, 0)]
    tx.connection.execute(insert(due), [{"at": at, "nudge_id": n, "version": version} for at, n, version in rows])


def test_the_status_tells_people_what_is_due_and_what_waits(store: Store) -> None:
    room = PostRoom(store, store.clock)  # type: ignore[arg-type]
    room.put("anna", "hello", priority=Priority.NUDGE)
    room.put("ben", "not yet", not_before=store.clock.now() + 600)
    room.put("carl", "too late", deadline=store.clock.now() - 1)
    room.put("dora", "gone")
    store.run_now(
        lambda tx: tx.connection.execute(update(addresses).where(addresses.c.chat == "dora").values(paused_at=tx.now))
    )
    store.run_now(fill)
    room.clock.forward(90)
    found = store.run_now(lambda tx: look(tx, 30))
    assert found.trouble is None
    assert (found.people, found.due_next_hour) == (4, 1)
    assert found.peak is not None
    assert found.peak.due == {"telegram": 2, "discord": 1}
    assert found.shelf == {"waiting": 4, "sending": 0, "unknown": 0, "expired": 0, "dead": 0}
    assert found.lag == 90
    assert store.run_now(backlogs) == {"memory": Backlog(1, 90)}
    said = "\n".join(in_words(found))
    assert "people:   4" in said
    assert "with 3 in that minute" in said


@pytest.mark.parametrize("as_json", [True, False])
def test_a_database_that_is_not_up_to_date_is_not_ready(tmp_path: object, as_json: bool) -> None:
    said: list[str] = []
    settings = read_settings(database=f"sqlite:///{tmp_path}/empty.db")
    assert show_status(settings, said.append, as_json=as_json) == 1
    trouble = json.loads(said[0])["trouble"] if as_json else said[0]
    assert "run pebble migrate" in trouble


def test_the_pace_on_telegram_is_set_within_what_telegram_allows() -> None:
    assert read_settings().telegram_per_second == 30
    for wrong in (0, 1001):
        with pytest.raises(WrongSetting, match="PEBBLE_TELEGRAM_PER_SECOND: "):
            read_settings(telegram_per_second=wrong)
