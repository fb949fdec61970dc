"""What is answered with one tap comes back: in waking hours, and to who rests or has muted when they want it."""

import pytest
from sqlalchemy import select, update

from bot.gratitude import answers, pass_on, queries
from bot.gratitude.reports import lift, suspend
from bot.store import Store, Tx
from bot.store.tables import links, outbox, persons
from tests.flows.looking import person_of, reopened
from tests.kit.clock import HandClock
from tests.kit.talk import Friend, House
from tests.kit.thanks import all_links, meet, say, thank

HOUR, DAY = 3600, 86_400
HEART = "From Bea, for your thanks: ❤️"


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


@pytest.fixture
async def met(anna: Friend, bea: Friend) -> Friend:
    """Bea, who has a sentence of Anna's."""
    await meet(anna, bea)
    return bea


def hearts(friend: Friend) -> int:
    return friend.said.count(HEART)


async def stand(friend: Friend, *taps: str) -> None:
    """Do something about the first one of the people that somebody knows."""
    await friend.command("people")
    await say(friend, "1", *taps)


async def test_it_comes_back_at_once_and_once(anna: Friend, met: Friend, house: House) -> None:
    await met.tap("❤️")
    assert hearts(anna) == 1
    await house.pass_time(8 * DAY)
    assert hearts(anna) == 1
    assert all_links(house)[0].answer_due_at is None


async def test_who_has_paused_gets_it_when_they_resume(anna: Friend, met: Friend, house: House) -> None:
    await anna.command("pause")
    await met.tap("❤️")
    await house.pass_time(2 * DAY)
    assert hearts(anna) == 0
    await anna.command("resume")
    assert hearts(anna) == 1
    await anna.command("pause")
    await anna.command("resume")
    assert hearts(anna) == 1


async def test_who_resumes_within_a_pause_that_has_an_end_gets_it_then(anna: Friend, met: Friend, house: House) -> None:
    await anna.command("pause", "until friday")
    await met.tap("❤️")
    assert hearts(anna) == 0
    await anna.command("resume")
    assert hearts(anna) == 1


async def test_a_pause_that_has_an_end_lets_it_in_by_itself(anna: Friend, met: Friend, house: House) -> None:
    await anna.command("pause", "until friday")
    await met.tap("❤️")
    await house.pass_time(3 * DAY)
    assert hearts(anna) == 1


async def test_it_lives_for_seven_days(anna: Friend, met: Friend, house: House) -> None:
    await anna.command("pause")
    await met.tap("❤️")
    await house.pass_time(7 * DAY + 60)
    await anna.command("resume")
    assert hearts(anna) == 0
    await house.pass_time(DAY)
    assert hearts(anna) == 0
    assert house.store.run_now(pass_on.next_due) is None, "nothing is looked at for ever"


async def test_it_waits_for_the_morning_and_for_a_pause_that_began_meanwhile(
    anna: Friend, met: Friend, house: House
) -> None:
    await house.pass_time(13 * HOUR)  # 23:00
    await met.tap("❤️")
    assert hearts(anna) == 0
    await anna.command("pause")
    await house.pass_time(12 * HOUR)
    assert hearts(anna) == 0
    await anna.command("resume")
    assert hearts(anna) == 1


async def test_with_other_quiet_hours_it_comes_at_once(anna: Friend, met: Friend, house: House) -> None:
    await house.pass_time(13 * HOUR)
    await met.tap("❤️")
    await anna.command("quiet")
    await anna.send("2:00-6:00")
    assert hearts(anna) == 1


async def test_who_is_muted_is_heard_when_they_are_heard_again(anna: Friend, met: Friend, house: House) -> None:
    await stand(anna, "Mute")
    await met.tap("❤️")
    await house.pass_time(DAY)
    assert hearts(anna) == 0
    await stand(anna, "Hear again")
    assert hearts(anna) == 1


async def test_nothing_of_before_comes_from_who_was_blocked(anna: Friend, met: Friend, house: House) -> None:
    await stand(anna, "Block")
    await met.tap("❤️")
    await stand(anna, "Let in again")
    await anna.command("pause")
    await anna.command("resume")
    await house.pass_time(DAY)
    assert hearts(anna) == 0


async def test_who_is_suspended_is_heard_once_that_is_lifted(anna: Friend, met: Friend, house: House) -> None:
    number = house.store.run_now(lambda tx: person_of(tx, met).id)
    house.store.run_now(lambda tx: suspend(tx, number))
    await met.tap("❤️")
    await house.pass_time(HOUR)
    assert hearts(anna) == 0
    house.store.run_now(lambda tx: lift(tx, number))
    await house.pass_time(HOUR)
    assert hearts(anna) == 1


async def test_a_key_of_the_sender_that_does_not_open_fails_no_tap(anna: Friend, met: Friend, house: House) -> None:
    await met.command("help")

    def of_anna(key: bytes) -> bytes:
        def work(tx: Tx) -> bytes:
            before = tx.connection.execute(select(persons.c.key_id).where(persons.c.id == 1)).scalar_one()
            tx.connection.execute(update(persons).where(persons.c.id == 1).values(key_id=key))
            return bytes(before)

        return house.store.run_now(work)

    key = of_anna(b"broken")
    await met.tap("❤️")
    letter = next(said for said in met.inbox if said.text.startswith("💛"))
    assert letter.chosen == "❤️"
    assert hearts(anna) == 0
    of_anna(key)
    await house.pass_time(2 * HOUR)
    assert hearts(anna) == 1, "it was put off, and not lost"


async def test_it_survives_the_end_of_the_process(anna: Friend, met: Friend, house: House) -> None:
    await anna.command("pause")
    await met.tap("❤️")
    later = reopened(house)
    anna_later = later.person("anna")
    await anna_later.command("resume")
    assert hearts(anna_later) == 1
    later.store.close()


async def test_who_has_gone_is_waited_for_no_longer(anna: Friend, met: Friend, house: House) -> None:
    await anna.command("pause")
    await met.tap("❤️")
    await anna.command("delete")
    await say(anna, "Delete everything", "Yes, delete it all")
    (link,) = all_links(house)
    assert (link.answer, link.answer_due_at) == ("heart", None)


async def test_on_both_databases_two_who_look_at_once_bring_it_once(store: Store, clock: HandClock) -> None:
    house = House(store, clock)
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await house.pass_time(13 * HOUR)
    await bea.tap("❤️")
    clock.forward(12 * HOUR)
    beside = House(store, clock, house.chat)
    assert await store.read(lambda tx: pass_on.next_due(tx)) is not None
    await house.rota.bring_thanks()
    await beside.rota.bring_thanks()
    store.run_now(lambda tx: tx.connection.execute(update(links).values(answer_due_at=tx.now)))
    store.run_now(answers.sweep)
    await house.pump.settle()
    rows = store.run_now(lambda tx: tx.connection.execute(select(outbox).where(outbox.c.key.startswith("word:"))).all())
    assert len(rows) == 1
    assert hearts(anna) == 1


async def test_an_answer_that_nobody_waits_for_is_let_go(store: Store, clock: HandClock) -> None:
    house = House(store, clock)
    await meet(house.person("anna"), house.person("bea"))
    nameless = update(links).values(sender_id=None, answer="heart", answered_at=clock.now(), answer_due_at=clock.now())
    store.run_now(lambda tx: tx.connection.execute(nameless))
    await store.run(answers.sweep)
    assert store.run_now(answers.next_due) is None


async def test_sentences_come_before_answers(anna: Friend, met: Friend, house: House) -> None:
    await met.command("thanks")
    await say(met, "Anna", "I like your patience.", "Bea", "Send")
    await anna.tap("❤️")
    await house.pass_time(DAY)
    await anna.command("pause")
    await met.tap("❤️")
    await thank(met, "Anna", "And your humour.")
    await anna.command("resume")
    assert ["And your humour." in anna.said[-2], anna.said[-1]] == [True, HEART]


async def test_a_sentence_that_goes_to_nobody_any_more_is_let_go_of(store: Store, clock: HandClock) -> None:
    house = House(store, clock)
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    due = {"due_at": clock.now(), "receiver_id": None, "brought_at": None}
    store.run_now(lambda tx: tx.connection.execute(update(links).values(**due)))
    await house.rota.bring_thanks()
    assert store.run_now(pass_on.next_due) is None


async def test_what_is_answered_just_when_its_sender_leaves_is_not_due(met: Friend, house: House) -> None:
    number = all_links(house)[0].id

    def work(tx: Tx) -> int | None:
        link = queries.received(tx, number, person_of(tx, met))
        assert link is not None
        tx.connection.execute(update(links).values(sender_id=None))
        assert answers.answer(tx, link, "heart")
        return pass_on.next_due(tx)

    assert house.store.run_now(work) is None


async def test_nothing_waits_for_a_receiver_who_has_left_when_its_sender_is_let_send_again(
    anna: Friend, met: Friend, house: House
) -> None:
    await met.command("pause")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "The next one.")
    for label in ("delete", "Delete everything", "Yes, delete it all"):
        await (met.tap(label) if label in met.newest.labels else met.command(label))

    def work(tx: Tx) -> int | None:
        number = person_of(tx, anna).id
        assert suspend(tx, number)
        assert lift(tx, number)
        return pass_on.next_due(tx)

    assert house.store.run_now(work) is None
