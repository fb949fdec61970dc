"""One person in several chats: joined by a code, parted again."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.errors import TryLater, Unreachable
from bot.gratitude.reports import suspend
from bot.outbox.history import conversation
from bot.people.joining import _naming_persons, join
from bot.people.queries import find
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import addresses, links, metadata, nudges, outbox, persons
from tests.flows.looking import moments_of, person_of
from tests.kit.talk import Friend, House
from tests.kit.thanks import SENTENCE, invite, letters, meet, say, thank
from tests.privacy.test_delete import asks_and_taps

HOUR, DAY = 3600, 86_400
WRONG = "That code doesn’t fit, or its 10 minutes are over. /link in the other chat shows a new one."
OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."


@pytest.fixture
def phone(house: House) -> Friend:
    """Another chat of Anna's."""
    return house.person("phone")


async def code_of(friend: Friend) -> str:
    await friend.command("link")
    return friend.newest.text.split("/link ")[1].split("\n")[0]


async def link(one: Friend, other: Friend) -> None:
    """Join two chats: the code is shown in the first and typed in the second."""
    await other.command("link", await code_of(one))
    await other.tap("Join")


def same(one: Friend, other: Friend) -> bool:
    return one.house.store.run_now(lambda tx: person_of(tx, one).id == person_of(tx, other).id)


async def test_a_code_joins_two_chats_after_a_yes(anna: Friend, phone: Friend) -> None:
    await anna.command("help")
    code = await code_of(anna)
    await phone.command("link", code.lower())
    assert phone.newest.text.startswith("Join this chat with the other one (Memory), which showed the code?")
    assert not same(anna, phone)
    await phone.tap("Join")
    assert same(anna, phone)
    assert phone.newest.text == "Both chats are one now. Where shall your nudges come?"
    assert anna.newest.text == "This chat and another one (Memory) are one now. Not you? /unlink parts them."


async def test_a_no_leaves_them_two_and_uses_the_code_up(anna: Friend, phone: Friend) -> None:
    code = await code_of(anna)
    await phone.command("link", code)
    await phone.tap("No")
    assert (phone.newest.text, same(anna, phone)) == ("They stay two.", False)
    await phone.command("link", code)
    assert phone.newest.text == WRONG


async def test_a_code_lives_ten_minutes(anna: Friend, phone: Friend, house: House) -> None:
    code = await code_of(anna)
    await house.pass_time(600)
    await phone.command("link", code)
    assert phone.newest.text == WRONG


async def test_a_yes_after_ten_minutes_is_too_late(anna: Friend, phone: Friend, house: House) -> None:
    await phone.command("link", await code_of(anna))
    await house.pass_time(600)
    assert (await phone.tap("Join")).toast == OLD
    assert not same(anna, phone)


async def test_a_code_is_used_once(anna: Friend, phone: Friend, house: House) -> None:
    code = await code_of(anna)
    await phone.command("link", code)
    await phone.tap("Join")
    other = house.person("other")
    await other.command("link", code)
    assert other.newest.text == WRONG


async def test_after_five_wrong_guesses_a_right_code_is_asked_for_in_an_hour(
    anna: Friend, phone: Friend, house: House
) -> None:
    code = await code_of(anna)
    for guess in range(5):
        await phone.command("link", f"0000-000{guess}")
    assert phone.newest.text == WRONG
    await phone.command("link", code)
    assert phone.newest.text == "The last few codes didn’t fit. Let’s try again in an hour, with a new one."
    assert not same(anna, phone)
    await house.pass_time(3601)
    await phone.command("link", await code_of(anna))
    await phone.tap("Join")
    assert same(anna, phone)


async def test_a_forged_button_joins_nothing(anna: Friend, phone: Friend) -> None:
    await code_of(anna)
    await phone.command("help")
    for row in range(1, 5):
        assert (await phone.tap_payload(f"1:join:{row}:yes", None)).toast == OLD
    assert not same(anna, phone)


async def test_in_the_chat_that_shows_it_a_code_says_that_they_are_one(anna: Friend) -> None:
    await anna.command("link", await code_of(anna))
    assert anna.newest.text == "These two chats are one already."


async def test_nothing_of_a_code_is_kept(anna: Friend, house: House) -> None:
    code = (await code_of(anna)).replace("-", "")
    rows = house.store.run_now(lambda tx: tx.connection.execute(metadata.tables["link_codes"].select()).all())
    assert code not in str(rows)


# What is joined


async def test_what_was_written_in_either_chat_can_be_read_in_both(anna: Friend, phone: Friend) -> None:
    for friend, words in ((anna, "the tea was warm"), (phone, "a dog ran by")):
        await friend.begin("Evening joy")
        await friend.send(words)
    await phone.command("own")
    await say(phone, "Window minute", "Look out of the window.", "None", "Save")
    await link(anna, phone)
    assert [moment.words for moment in moments_of(anna)] == ["the tea was warm", "a dog ran by"]
    await anna.command("moments")
    assert "a dog ran by" in anna.newest.text
    await anna.command("own")
    assert any("Look out of the window." in said for said in anna.said)


async def test_nudges_come_to_the_chosen_chat(anna: Friend, phone: Friend, house: House) -> None:
    await anna.sign_up(time="8:30")
    await phone.sign_up(practice="Three senses", time="8:30")
    await link(anna, phone)
    assert sorted(phone.newest.labels) == ["Here (Memory)", "Memory"]
    await phone.tap("Here (Memory)")
    before = len(anna.inbox)
    await house.pass_time(DAY)
    assert sum(said.nudge for said in phone.inbox) == 2
    assert not any(said.nudge for said in anna.inbox[before:])
    # What is set from now on comes there too, wherever it is set.
    await anna.add("One line")
    rows = house.store.run_now(lambda tx: tx.connection.execute(select(nudges.c.address_id)).all())
    assert {row.address_id for row in rows} == {house.store.run_now(lambda tx: person_of(tx, phone).address_id)}


async def test_buttons_from_before_still_work(anna: Friend, phone: Friend) -> None:
    await phone.begin("One slow breath")
    await link(anna, phone)
    await phone.tap("Calmer")
    assert [moment.answer for moment in moments_of(anna)] == ["calmer"]


async def test_thanks_reach_the_person_where_they_were_last(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(bea, anna)
    await link(anna, phone)
    await house.pass_time(DAY)
    await phone.command("help")
    await thank(bea, "Anna", "For the phone.")
    await house.pass_time(DAY)
    await anna.command("help")
    await thank(bea, "Anna", "For the desk.")
    assert letters(phone) == ["For the phone."]
    assert letters(anna) == [SENTENCE, "For the desk."]


async def test_where_one_chat_is_closed_thanks_go_to_the_other(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(bea, anna)
    await link(anna, phone)
    await house.pass_time(DAY)
    house.chat.trouble_with = lambda address, _: Unreachable("blocked") if address.chat == "phone" else None
    await thank(bea, "Anna", "Wherever you are.")
    await house.pump.settle()
    assert letters(anna) == [SENTENCE, "Wherever you are."]


async def test_a_block_in_one_chat_holds_in_both(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(bea, anna)
    code = await invite(bea, "Phone")
    await phone.command("accept", code)
    await phone.tap("Accept")
    await phone.tap("…")
    await phone.tap("Block")
    await link(anna, phone)
    await house.pass_time(DAY)
    await thank(bea, "Anna", "Are you there?")
    await house.pass_time(DAY)
    assert "Are you there?" not in letters(anna) + letters(phone)


async def test_who_blocked_one_of_the_two_has_blocked_both(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(anna, bea)
    await meet(phone, bea)
    await bea.tap("…")
    await bea.tap("Block")
    await link(anna, phone)
    await house.pass_time(DAY)
    await thank(anna, "Bea", "From either.")
    await house.pass_time(DAY)
    assert letters(bea) == [SENTENCE, SENTENCE]


async def test_five_a_day_are_five_for_both_together(anna: Friend, phone: Friend) -> None:
    for number in range(3):
        await invite(anna, f"Friend {number}")
    for number in range(2):
        await invite(phone, f"Other {number}")
    await link(anna, phone)
    await anna.command("thanks")
    assert anna.newest.text == "Five sentences have left today. Tomorrow has room for more."


async def test_a_suspension_holds_for_both(anna: Friend, phone: Friend, house: House) -> None:
    await phone.command("help")
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, phone).id))
    await link(anna, phone)
    await anna.command("thanks")
    assert anna.newest.text == "Nothing can leave from here just now."


async def test_who_is_in_a_chain_twice_is_one_in_it(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(anna, bea)
    await bea.tap("Pass it on")
    code = await invite(bea, "Phone", "Further on.", begun=True)
    await phone.command("accept", code)
    await phone.tap("Accept")
    await link(anna, phone)
    await anna.command("ripple")
    assert anna.newest.text.startswith("🪨 Your thanks reached 1 person in 2 sentences")


async def test_nothing_names_the_one_who_went_and_every_seal_opens(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    for friend in (anna, phone):
        await friend.sign_up()
        await friend.begin("Evening joy")
        await friend.send("something")
        await meet(friend, bea)
        await friend.command("own")
        await say(friend, "Window minute", "Look out.", "None", "Save")
    await phone.command("thanks")

    def counts(tx: Tx) -> dict[str, int]:
        return {
            table.name: int(tx.connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in metadata.sorted_tables
        }

    def work(tx: Tx) -> tuple[int, int, dict[str, int]]:
        one, other = person_of(tx, anna).id, person_of(tx, phone).id
        before = counts(tx)
        assert join(tx, other, one) == one
        for column in _naming_persons():
            assert not tx.connection.execute(select(column.table).where(column == other)).first(), column
        after = counts(tx)
        return one, other, {name: before[name] - after[name] for name in before if before[name] != after[name]}

    one, _, gone = house.store.run_now(work)
    # Bea was known to both, and both to her; a conversation of the one who went was under way.
    assert gone == {"persons": 1, "acquaintances": 2, "positions": 1, "told": 1, "past_keys": -1}
    house.store.run_now(lambda tx: _open_everything(tx, one))


def _open_everything(tx: Tx, person_id: int) -> None:
    seal = tx.keys.seal(tx.connection.execute(select(persons.c.key_id).where(persons.c.id == person_id)).scalar_one())
    opened = 0
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name.startswith("sealed_") and "person_id" in table.c:
                for row in tx.connection.execute(
                    select(column).where(table.c.person_id == person_id, column.is_not(None))
                ):
                    opened += bool(seal.open(bytes(row[0])))
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id)
    for row in tx.connection.execute(select(outbox.c.body).where(outbox.c.address_id.in_(theirs), outbox.c.sealed)):
        opened += bool(seal.open(bytes(row.body)))
    assert opened > 20


async def test_languages_and_settings_of_the_first_stay_and_lacking_ones_come(house: House) -> None:
    anna, phone = house.person("anna", language="de"), house.person("phone", language="en")
    await anna.command("help")
    await phone.command("quiet")
    await phone.send("22:00–7:00")
    await anna.command("link", await code_of(phone))
    await anna.tap("Verbinden")
    person: Any = house.store.run_now(lambda tx: person_of(tx, phone))
    assert (person.language, person.quiet.start) == ("de", 22 * 60)
    assert anna.newest.text == "Beide Chats sind jetzt eins. Wohin sollen deine Stupser kommen?"


async def test_thanks_are_read_on_after_either_side_has_joined_chats_and_go_with_their_sender(
    anna: Friend, phone: Friend, house: House
) -> None:
    bea, tablet = house.person("bea"), house.person("tablet")
    await anna.command("help")
    await tablet.command("help")
    await meet(phone, bea, "I like the canary.")
    await link(anna, phone)  # the one who wrote it goes into the other one
    await link(tablet, bea)  # and so does the one who got it
    sealed = house.store.run_now(lambda tx: tx.connection.scalar(select(links.c.sealed_by_receiver)))
    assert sealed is not None
    _, owners = house.store.run_now(lambda tx: person_of(tx, bea).seal.read(bytes(sealed)))
    assert len(owners) == 1, "the key of who wrote it is still needed"
    await bea.tap("…")
    assert letters(bea) == ["I like the canary."]
    await bea.tap("Back")
    await bea.tap("❤️")
    await bea.command("people")
    assert bea.newest.text.endswith("1. Phone")
    await asks_and_taps(anna)
    await house.pump.settle()
    assert letters(bea) == []


async def test_chats_can_be_joined_after_somebody_was_erased_whose_words_stood_there(
    anna: Friend, phone: Friend, house: House
) -> None:
    bea = house.person("bea")
    await anna.command("help")
    await meet(bea, phone, "I like the canary.")
    await phone.command("people")
    await asks_and_taps(bea)
    await link(anna, phone)
    read = house.store.run_now(lambda tx: conversation(tx, person_of(tx, phone).address_id, person_of(tx, phone).seal))
    lines = [line.text for line in read]
    assert "…" in lines
    assert "Both chats are one now. Where shall your nudges come?" in lines


# Parted


async def test_what_is_taken_back_while_a_chat_parts_goes_all_the_same(
    anna: Friend, phone: Friend, house: House
) -> None:
    bea = house.person("bea")
    await meet(bea, phone, "I like the canary.")
    await anna.command("help")
    await link(anna, phone)
    house.chat.trouble_with = lambda address, outgoing: TryLater("busy", after=5) if address.chat == "phone" else None
    await asks_and_taps(bea)
    await anna.command("unlink")
    await anna.tap("Memory")
    house.chat.trouble_with = lambda address, outgoing: None
    await house.pass_time(60)
    assert not same(anna, phone)
    assert letters(phone) == []


async def test_a_chat_that_parts_begins_anew_and_the_rest_stays(anna: Friend, phone: Friend, house: House) -> None:
    await anna.begin("Evening joy")
    await anna.send("the tea was warm")
    await anna.sign_up()
    await link(anna, phone)
    await phone.tap("Here (Memory)")
    await phone.command("unlink")
    await phone.tap("Here (Memory)")
    assert phone.newest.text.startswith("This chat begins anew; /start whenever you like.")
    assert not same(anna, phone)
    assert moments_of(phone) == []
    assert [moment.words for moment in moments_of(anna)] == ["the tea was warm"]
    before = len(phone.inbox)
    await house.pass_time(DAY)
    assert any(said.nudge for said in anna.inbox)
    assert not any(said.nudge for said in phone.inbox[before:])


async def test_the_other_chat_can_be_parted_from_here(anna: Friend, phone: Friend) -> None:
    await link(anna, phone)
    await anna.command("unlink")
    await anna.tap("Memory")
    assert anna.newest.text == "Parted. Everything of yours is here."
    assert not same(anna, phone)


async def test_a_single_chat_does_not_part(anna: Friend) -> None:
    await anna.command("unlink")
    assert anna.newest.text == "This chat stands by itself. /link joins it with another one."


async def test_nobody_parts_a_chat_of_others(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    await bea.command("help")
    await link(anna, phone)
    address = house.store.run_now(lambda tx: person_of(tx, bea).address_id)
    assert (await anna.tap_payload(f"1:part:{address}:", None)).toast == OLD
    assert (await anna.tap_payload(f"1:home:{address}:", None)).toast == OLD


async def test_what_is_on_its_way_follows_the_person(anna: Friend, phone: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(bea, anna)
    await link(anna, phone)
    await house.pass_time(DAY)
    house.chat.trouble_with = lambda address, _: TryLater("busy") if address.chat == "phone" else None
    await thank(bea, "Anna", "On its way.")
    await anna.command("unlink")
    await anna.tap("Memory")
    await house.pass_time(60)
    assert letters(anna) == [SENTENCE, "On its way."]


async def test_the_chat_page_reads_on_after_joining_and_parting(anna: Friend, phone: Friend, house: House) -> None:
    await phone.command("help")
    await anna.command("help")
    await link(anna, phone)

    def lines(name: str) -> list[str]:
        def read(tx: Tx) -> list[str]:
            person = find(tx, Address("memory", name))
            assert person is not None
            return [line.text for line in conversation(tx, person.address_id, person.seal)]

        return house.store.run_now(read)

    assert lines("phone") == phone.said
    await phone.command("unlink")
    await phone.tap("Here (Memory)")
    assert lines("phone") == [phone.newest.text]
