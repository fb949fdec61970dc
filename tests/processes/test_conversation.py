"""kill -9 while people talk with Pebble: no question asked twice, no answer lost."""

import random
from collections import Counter
from typing import Any

from sqlalchemy import func, select

from bot.nudges import moments as moment_verbs
from bot.nudges.moments import Wanted
from bot.people.queries import meet, set_zone
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import moments, nudges, outbox, persons
from tests.fakes import BotApi
from tests.processes.pebble import SIGN_UP, Pebble, tap, until, wait_for_button

STEPS = (*SIGN_UP, "Try one now", "🙁", "Did it", "🙂")


def test_a_conversation_goes_on_where_it_was_after_a_kill_at_every_step(pebble: Pebble, api: BotApi) -> None:
    """Ann waits for each question; Bob answers into the moment of the kill."""
    ann, bob = api.person(11), api.person(12, first_name="Bob")
    pebble.start()
    ann.command("start")
    bob.command("start")
    for label in STEPS:
        wait_for_button(ann, label)
        pebble.at_rest()
        tap(bob, label)
        pebble.kill()
        tap(ann, label)
        pebble.start()
    for person in (ann, bob):
        person.wait_for("A little lighter.")
        assert [button.label for message in person.inbox for row in message.buttons for button in row] == ["↩ Change"]
    pebble.at_rest()
    assert {text: count for text, count in Counter(ann.said).items() if count > 1} == {}
    assert {text: count for text, count in Counter(bob.said).items() if count > 2} == {}
    assert api.pending == []
    with pebble.store() as store:

        def read(tx: Tx) -> tuple[int, list[tuple[Any, ...]]]:
            found = tx.connection.execute(select(moments.c.answer, moments.c.before, moments.c.after))
            return tx.connection.scalar(select(func.count()).select_from(nudges)) or 0, [tuple(row) for row in found]

        assert store.run_now(read) == (2, [("did", 2, 4), ("did", 2, 4)])


def test_a_hundred_events_among_five_kills_have_their_effect_exactly_once(prepared: Pebble, api: BotApi) -> None:
    """Fifty people answer a moment by a tap, fifty begin one; each event comes twice."""
    with prepared.store() as store:
        asked = store.run_now(_ask_everybody)
    for number in range(100):
        api.person(1000 + number).user.started = True
    chance = random.Random(17)
    prepared.start()
    updates = [_tap(1000 + number, f"1:did:{asked[1000 + number]}:") for number in range(50)]
    updates += [_tap(1000 + number, "1:now:0:one-breath") for number in range(50, 100)]
    chance.shuffle(updates)
    for batch in range(5):
        for update in updates[batch * 20 : (batch + 1) * 20]:
            api.push(update)
            api.repeat_last()
        _wait_for_pending(api, chance.randrange(1, 40))
        prepared.restart()
    _wait_for_pending(api, 0)
    with prepared.store() as store:
        answered, begun, lines = store.run_now(_effects)
    assert answered == 50
    assert begun == 100
    assert set(lines.values()) == {1}
    assert len(lines) == 100


def _wait_for_pending(api: BotApi, most: int) -> None:
    until(lambda: len(api.pending) <= most, 5, "confirming")


def _ask_everybody(tx: Tx) -> dict[int, int]:
    """Let a hundred people be signed up, and the first fifty have an open moment."""
    asked = {}
    for number in range(1000, 1100):
        person = meet(tx, Address("telegram", str(number)), "en", None)
        set_zone(tx, person.id, "Europe/Berlin")
        if number < 1050:
            asked[number] = moment_verbs.begin(tx, person, Wanted("one-breath", "none", 0), "Etc/UTC").id
    return asked


def _effects(tx: Tx) -> tuple[int, int, dict[int, int]]:
    answered = tx.connection.scalar(select(func.count()).where(moments.c.answer == "did"))
    begun = tx.connection.scalar(select(func.count()).select_from(moments))
    lines = tx.connection.execute(
        select(outbox.c.address_id, func.count().label("rows"))
        .where(outbox.c.op == "new")
        .group_by(outbox.c.address_id)
    )
    assert tx.connection.scalar(select(func.count()).select_from(persons)) == 100
    return answered or 0, begun or 0, {row.address_id: row.rows for row in lines}


def _tap(person: int, payload: str) -> dict[str, Any]:
    who = {"id": person, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    message = {"message_id": 1, "date": 1, "chat": {"id": person, "type": "private"}, "text": "…"}
    query = {"id": f"77{person}", "from": who, "message": message, "chat_instance": "1", "data": payload}
    return {"callback_query": query}
