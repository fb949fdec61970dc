"""kill -9 while messages leave: each arrives, at most twice, and twice only where it was on its way."""

import time

import pytest

from tests.fakes import BotApi, Cut, Hang
from tests.processes.pebble import Pebble, sendings, until
from tests.processes.schedule import nudge_due


@pytest.mark.parametrize(("arrived", "copies"), [(True, 2), (False, 1)], ids=["it had arrived", "it had not"])
def test_a_message_on_its_way_at_the_kill_is_sent_once_more(
    pebble: Pebble, api: BotApi, arrived: bool, copies: int
) -> None:
    ann = api.person(11)
    pebble.start()
    api.fail("sendMessage", how=Hang(after=arrived), chat_id=11)
    ann.command("start")
    sendings(api, 1)
    pebble.restart()
    ann.wait_for("Pick one")
    pebble.at_rest()
    assert len(ann.said) == copies
    assert pebble.metric("outbox_unknown") == 0


def test_a_message_cut_off_twice_counts_as_unknown_and_never_comes_a_third_time(pebble: Pebble, api: BotApi) -> None:
    ann = api.person(11)
    pebble.start()
    api.fail("sendMessage", times=2, how=Hang(after=True), chat_id=11)
    ann.command("start")
    for copies in (1, 2):
        sendings(api, copies)
        pebble.restart()
    pebble.at_rest()
    assert len(ann.said) == 2
    assert pebble.metric("outbox_unknown") == 1


def test_a_line_cut_after_the_message_had_left_makes_one_copy_more_at_most(pebble: Pebble, api: BotApi) -> None:
    ann = api.person(11)
    pebble.start()
    api.fail("sendMessage", how=Cut(after=True), chat_id=11)
    ann.command("start")
    until(lambda: len(ann.said) == 2, 8, "the second copy")
    pebble.at_rest()
    assert len(ann.said) == 2


def test_a_nudge_due_while_the_process_was_dead_comes_once_when_it_is_not_too_late(pebble: Pebble, api: BotApi) -> None:
    ann, bob = api.person(11), api.person(12, first_name="Bob")
    pebble.start()
    for person in (ann, bob):
        person.command("start")
        person.wait_for("Pick one")
    pebble.at_rest()
    pebble.kill()
    now = int(time.time())
    with pebble.store() as store:
        store.run_now(lambda tx: nudge_due(tx, 11, now - 300))
        store.run_now(lambda tx: nudge_due(tx, 12, now - 7200))
    before, bobs = ann.newest, len(bob.said)
    pebble.start()
    prompt = ann.wait_for(lambda message: "In 15 min" in str(message.buttons), after=before)
    pebble.at_rest()
    pebble.restart()
    pebble.at_rest()
    assert ann.newest is prompt
    assert len(bob.said) == bobs
