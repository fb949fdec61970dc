"""/delete and /privacy: said plainly, as easily left as taken, and afterwards there is nobody."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.errors import Unreachable
from bot.outbox.handout import handout_for
from bot.outbox.marks import Outcome, mark
from bot.outbox.states import State
from bot.speech import Kind
from bot.store import Keyring, Store, Tx
from bot.store.person_keys import person_keys
from bot.store.tables import addresses, link_codes, metadata, outbox, persons, tries
from tests.flows.looking import nudges_of, person_of, position_of, reopened
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, Postgres
from tests.kit.talk import Friend, House
from tests.kit.thanks import meet

LAST = "Done. Everything I kept of you is gone for good. If you write to me again, we begin anew."
STRANGER = "Hi, I’m Pebble."
SEEN = ("seen", "facts")
"""Tables with rows that are nobody's."""


def counts(store: Store) -> dict[str, int]:
    """Return how many rows each table has, without empty ones and without what is nobody's."""

    def work(tx: Tx) -> dict[str, int]:
        found = {
            table.name: tx.connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table.name not in SEEN
        }
        return {name: number for name, number in found.items() if number}

    return store.run_now(work)


async def asks_and_taps(friend: Friend) -> None:
    await friend.command("delete")
    await friend.tap("Delete everything")
    await friend.tap("Yes, delete it all")


async def swept(house: House) -> None:
    """Let the rota's jobs run that come by every ten seconds."""
    await house.rota.let_go()
    await house.rota.clear_away()


async def test_two_taps_and_everything_is_gone(house: House) -> None:
    anna, ben = house.person("anna"), house.person("ben")
    await ben.sign_up()
    before = counts(house.store)
    await anna.sign_up()
    await anna.begin("Evening joy")
    await anna.send("a walk in the rain")
    await anna.command("delete")
    asked = anna.newest
    assert asked.labels == ["Delete everything", "Keep everything", "Export first"]
    assert "Nobody can bring it back" in asked.text
    assert "until you delete it there" in asked.text
    assert "Your sentences of thanks go too, also where I brought them" in asked.text
    assert "/export" in asked.text
    await anna.tap("Delete everything")
    sure = anna.newest
    assert sure.text == "One more tap, or the word “delete”, and it is done."
    await anna.tap("Yes, delete it all")
    assert anna.newest.text == LAST
    assert sure.labels == [], "the buttons of the question are gone"
    await swept(house)
    assert counts(house.store) == before
    assert len(nudges_of(ben)) == 1


@pytest.mark.parametrize("word", ["delete", "Delete", " DELETE! ", "/delete now", "“delete”"])
async def test_the_word_does_what_the_second_tap_does(anna: Friend, word: str) -> None:
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    await anna.send(word)
    gone = anna.newest.text == LAST
    assert gone == (word != "/delete now")


async def test_a_german_word_is_understood_as_well_as_the_english_one(house: House) -> None:
    for word in ("Löschen", "delete"):
        dora = house.person(f"dora-{word}", language="de")
        await dora.command("delete")
        await dora.tap("Alles löschen")
        await dora.send(word)
        assert dora.newest.text.startswith("Erledigt.")


async def test_keeping_everything_is_as_easy_at_both_questions(anna: Friend) -> None:
    await anna.sign_up()
    for taps in (("Keep everything",), ("Delete everything", "Keep everything")):
        await anna.command("delete")
        for label in taps:
            await anna.tap(label)
        assert anna.newest.text == "Good. Everything stays as it is."
        assert len(nudges_of(anna)) == 1


async def test_other_words_are_no_answer_and_delete_nothing(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    await anna.send("hm, what would be lost?")
    assert len(nudges_of(anna)) == 1
    anna.house.clock.forward(3601)
    await anna.send("delete")
    assert len(nudges_of(anna)) == 1, "an hour later the word means nothing any more"


async def test_a_copy_comes_first_for_who_wants_one_and_the_question_again(anna: Friend) -> None:
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Export first")
    files = [said.attachment.name for said in anna.inbox if said.attachment]
    assert files == ["pebble.json", "pebble-tables.zip"]
    assert "Delete everything" in anna.newest.labels
    await anna.tap("Delete everything")
    await anna.tap("Yes, delete it all")
    assert anna.newest.text == LAST


async def test_who_writes_again_is_a_stranger(house: House) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    old = house.store.run_now(lambda tx: person_of(tx, anna).id)
    await asks_and_taps(anna)
    await anna.command("start")  # before anything was swept
    assert anna.newest.text.startswith(STRANGER)
    assert house.store.run_now(lambda tx: person_of(tx, anna).id) > old
    assert nudges_of(anna) == []
    await swept(house)
    rows = house.store.run_now(lambda tx: tx.connection.scalars(select(outbox.c.key)).all())
    assert not any(str(key).startswith("farewell") for key in rows)
    await asks_and_taps(anna)
    await swept(house)
    assert counts(house.store) == {}
    await anna.command("start")
    assert anna.newest.text.startswith(STRANGER)


async def test_another_tap_on_an_old_button_makes_nobody_anew(house: House) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    sure = anna.newest
    payload = sure.rows[0][0].payload
    await asyncio.gather(*(anna.tap_payload(payload, sure.id) for _ in range(20)))
    assert anna.said.count(LAST) == 1
    await swept(house)
    assert counts(house.store) == {}
    shown = await anna.tap_payload(payload, sure.id)
    assert shown.toast
    assert counts(house.store) == {}


async def test_nor_does_any_other_button_that_still_stands_there(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await bea.command("help")
    buttons = [(button.payload, said.id) for said in bea.inbox for row in said.rows for button in row]
    assert len(buttons) > 5
    await asks_and_taps(bea)
    await swept(house)
    before, said = counts(house.store), len(bea.inbox)
    for payload, message in (*buttons, ("1:now:0:evening-joy", None), ("forged", None)):
        assert (await bea.tap_payload(payload, message)).toast.startswith("That button has done its part.")
    assert (counts(house.store), len(bea.inbox)) == (before, said)


@pytest.mark.parametrize("how", ["paused", "in the middle of a flow", "in a live exercise", "with an answer waiting"])
async def test_whatever_somebody_is_in_they_can_go(house: House, how: str) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    match how:
        case "paused":
            await anna.command("pause", "until monday")
        case "in the middle of a flow":
            await anna.command("repair")
            await anna.send("I cut you off.")
            assert position_of(anna)
        case "in a live exercise":
            await anna.begin("Box breathing")
            for label in ("🙂", "Start"):
                if any(label in one for one in anna.newest.labels):
                    await anna.tap(label)
        case _:
            await anna.begin("Evening joy")
    await asks_and_taps(anna)
    said = len(anna.inbox)
    await house.pass_time(2 * 86_400)
    assert len(anna.inbox) == said, "nothing comes any more"
    await swept(house)
    assert counts(house.store) == {}


async def test_what_waits_for_them_never_leaves_and_the_last_line_comes_last(house: House) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    payload, message = anna.newest.rows[0][0].payload, anna.newest.id
    await house.door.receive(anna.event(Kind.COMMAND, "help"))  # waits
    before = len(anna.inbox)
    await house.door.receive(anna.event(Kind.TAP, payload, message=message))
    await house.pump.settle()
    assert anna.said[before:] == [LAST]


async def test_a_message_that_is_on_its_way_arrives_before_the_last_line_and_leaves_nothing(house: House) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    payload, message = anna.newest.rows[0][0].payload, anna.newest.id
    await house.door.receive(anna.event(Kind.COMMAND, "help"))
    handout = handout_for(house.store.url)
    (parcel,) = await house.store.run(lambda tx: handout.claim(tx, "memory", 10, heavy=8, files=8, mine=()))
    await house.door.receive(anna.event(Kind.TAP, payload, message=message))
    assert await house.store.run(lambda tx: handout.claim(tx, "memory", 10, heavy=8, files=8, mine=())) == []
    await house.store.run(lambda tx: mark(tx, [Outcome(parcel.id, State.SENT, message="m-1")]))
    await house.pump.settle()
    assert anna.newest.text == LAST
    await swept(house)
    assert counts(house.store) == {}


async def test_a_message_whose_sender_died_is_not_sent_again(house: House) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    payload, message = anna.newest.rows[0][0].payload, anna.newest.id
    await house.door.receive(anna.event(Kind.COMMAND, "help"))
    await house.store.run(lambda tx: handout_for(house.store.url).claim(tx, "memory", 10, heavy=8, files=8, mine=()))
    await house.door.receive(anna.event(Kind.TAP, payload, message=message))
    again = reopened(house)
    await again.rota.begin_anew()
    await again.pump.recover()
    before = len(anna.inbox)
    await swept(again)
    await again.pump.settle()
    assert anna.said[before:] == [LAST]
    await swept(again)
    assert counts(again.store) == {}
    again.store.close()


async def test_who_has_blocked_the_bot_is_gone_all_the_same(house: House) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    await anna.command("delete")
    await anna.tap("Delete everything")
    house.chat.trouble_with = lambda address, outgoing: Unreachable("blocked")
    await anna.tap("Yes, delete it all")
    await swept(house)
    assert counts(house.store) == {"addresses": 1, "outbox": 3}
    house.clock.forward(3700)
    await swept(house)
    assert counts(house.store) == {}


async def test_how_far_a_chat_was_read_and_wrong_guesses_go_before_the_address_does(house: House) -> None:
    anna = house.person("anna")
    await house.receive(replace(anna.event(Kind.COMMAND, "help"), cursor="1234567890"))
    await anna.command("link", "0000-0000")
    await anna.command("link")
    await asks_and_taps(anna)

    def left(tx: Tx) -> tuple[Any, int, int]:
        cursor = tx.connection.scalar(select(addresses.c.cursor).where(addresses.c.chat == "anna"))
        guesses, codes = (len(tx.connection.execute(select(table)).all()) for table in (tries, link_codes))
        return cursor, guesses, codes

    assert house.store.run_now(left) == (None, 0, 0)


async def test_the_key_is_destroyed_and_others_keep_theirs(house: House) -> None:
    anna, ben = house.person("anna"), house.person("ben")
    await anna.sign_up()
    await ben.sign_up()
    key_id = house.store.run_now(lambda tx: tx.connection.scalar(select(persons.c.key_id).order_by(persons.c.id)))
    await asks_and_taps(anna)
    assert house.store.keys.destroyed() == [key_id]
    rows = house.store.keys._read(lambda connection: connection.execute(select(person_keys)).all())
    assert sorted(row.sealed_key is None for row in rows) == [False, True]
    await ben.command("nudges")
    assert "8:30" in ben.newest.text


async def test_privacy_says_it_all_in_one_message_with_both_ways_to_leave(house: House) -> None:
    for language, labels in (("en", ["Export", "Delete"]), ("de", ["Exportieren", "Löschen"])):
        friend = house.person(f"friend-{language}", language=language)
        await friend.command("privacy")
        assert len(friend.newest.text) <= 950
        assert friend.newest.labels == labels
        assert "/export" in friend.newest.text
        assert "/delete" in friend.newest.text
        assert ("nameless pebble" if language == "en" else "namenloser Kiesel") in friend.newest.text
        await friend.tap(labels[0])
        assert friend.newest.attachment is not None
        await friend.command("privacy")
        await friend.tap(labels[1])
        assert len(friend.newest.labels) == 3


async def test_sign_up_says_it_in_one_line_before_anything_is_answered(anna: Friend) -> None:
    await anna.command("start")
    line = "What you tell me is kept sealed; whoever runs this bot could read it: /privacy"
    assert line in anna.said[0].splitlines()


async def test_where_many_write_erasing_beside_a_sweep_leaves_nobody_half_there(postgres_server: Postgres) -> None:
    clock = HandClock()
    store = Store(postgres_server.database(), clock, Keyring([KEY]))
    house = House(store, clock)
    try:
        people = [house.person(f"friend-{number}") for number in range(6)]
        last: list[tuple[Friend, Any]] = []
        for friend in people:
            await friend.sign_up()
            await friend.command("delete")
            await friend.tap("Delete everything")
            last.append((friend, friend.event(Kind.TAP, friend.newest.rows[0][0].payload, message=friend.newest.id)))
        clock.forward(86_400)
        await asyncio.gather(
            *(house.door.receive(event) for _, event in last), house.rota.tick(), house.rota.tick(), house.pump.settle()
        )
        await house.pump.settle()
        assert [friend.newest.text for friend in people] == [LAST] * len(people)
        await swept(house)
        assert counts(store) == {}
    finally:
        store.close()


async def test_on_postgresql_everything_goes_too(store: Store, clock: HandClock) -> None:
    house = House(store, clock)
    anna = house.person("anna")
    await anna.sign_up()
    await anna.begin("Evening joy")
    await anna.send("a walk in the rain")
    await asks_and_taps(anna)
    assert anna.newest.text == LAST
    await swept(house)
    assert counts(store) == {}
    await anna.command("start")
    assert anna.newest.text.startswith(STRANGER)


async def test_all_addresses_of_a_person_go(house: House) -> None:
    anna, other = house.person("anna"), house.person("anna-elsewhere")
    await anna.sign_up()
    await other.command("help")

    def joined(tx: Tx) -> None:
        mine, theirs = person_of(tx, anna), person_of(tx, other)
        tx.connection.execute(update(addresses).where(addresses.c.id == theirs.address_id).values(person_id=mine.id))
        tx.connection.execute(persons.delete().where(persons.c.id == theirs.id))
        tx.connection.execute(outbox.delete().where(outbox.c.address_id == theirs.address_id))

    house.store.run_now(joined)
    await asks_and_taps(anna)
    await swept(house)
    assert counts(house.store) == {}
