"""kill -9 while people talk with Pebble: no question asked twice, no answer lost."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from bot.store import Tx
from bot.store.tables import moments, nudges
from tests.fakes import BotApi
from tests.processes.pebble import SIGN_UP, Pebble, tap, wait_for_button

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
