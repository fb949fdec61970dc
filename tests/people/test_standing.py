"""What nobody sheds: neither by parting a chat nor by leaving and coming back, and what is kept for that."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.gratitude.reports import is_suspended, lift, suspend, suspended_before
from bot.gratitude.standing import marks_of
from bot.people.standing import KEPT, What
from bot.store import Keyring, Store, Tx
from bot.store.tables import fingerprints, metadata
from tests.flows.looking import person_of
from tests.flows.test_linking import link
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.talk import Friend, House
from tests.kit.thanks import invite, letters, meet, thank
from tests.privacy.test_delete import asks_and_taps, counts, swept

DAY = 86_400
NOTHING = "Nothing can leave from here just now."
CLOSED = "This invitation doesn’t open, or not any more. Whoever gave it to you can make a new one."
ENOUGH = "Five sentences have left today. Tomorrow has room for more."
GUESSED = "The last few codes didn’t fit. I take new ones again in an hour."


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


@pytest.fixture
def phone(house: House) -> Friend:
    """Another chat of Anna's."""
    return house.person("phone")


async def part(friend: Friend) -> None:
    """Let this chat, which is joined with another one, begin anew."""
    await friend.command("unlink")
    await friend.tap("Here (Memory)")


async def goes_and_comes(friend: Friend) -> None:
    """Leave, be forgotten, and come back."""
    await asks_and_taps(friend)
    await swept(friend.house)
    await friend.command("help")


async def reports(reporter: Friend) -> None:
    for label in ("…", "Report", "Without it"):
        await reporter.tap(label)


async def blocks(friend: Friend) -> None:
    for label in ("…", "Block"):
        await friend.tap(label)


def suspended(friend: Friend) -> bool:
    return friend.house.store.run_now(lambda tx: is_suspended(tx, person_of(tx, friend).id))


async def opens(friend: Friend, code: str) -> bool:
    """Return whether an invitation opens for somebody."""
    await friend.command("accept", code)
    return friend.newest.text != CLOSED


def prints(house: House) -> list[Any]:
    return house.store.run_now(lambda tx: list(tx.connection.execute(select(fingerprints).order_by(fingerprints.c.id))))


# A chat that parts


async def test_a_chat_that_parts_stays_suspended(anna: Friend, phone: Friend, house: House) -> None:
    await link(anna, phone)
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    await part(phone)
    await phone.command("thanks")
    assert phone.newest.text == NOTHING
    house.store.run_now(lambda tx: lift(tx, person_of(tx, phone).id))
    assert (suspended(anna), suspended(phone)) == (True, False), "they are two now, and the host lifts each"


async def test_the_host_sees_who_is_suspended_for_what_was_before(anna: Friend, phone: Friend, house: House) -> None:
    await link(anna, phone)
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    await part(phone)
    ids = house.store.run_now(lambda tx: [person_of(tx, friend).id for friend in (anna, phone)])
    assert house.store.run_now(suspended_before) == ids


async def test_a_lifted_suspension_is_not_taken_along(anna: Friend, phone: Friend, house: House) -> None:
    await link(anna, phone)
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    house.store.run_now(lambda tx: lift(tx, person_of(tx, anna).id))
    await part(phone)
    assert not suspended(phone)


async def test_blocks_against_somebody_follow_a_chat_that_parts(anna: Friend, phone: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    await blocks(bea)
    await link(anna, phone)
    await part(phone)
    assert not await opens(bea, await invite(phone, "Bea"))
    await bea.command("people")
    assert bea.newest.text.count("Anna") == 1, "that she has parted is told to nobody"


async def test_a_mute_follows_a_chat_that_parts(anna: Friend, phone: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    for label in ("…", "Mute"):
        await bea.tap(label)
    await link(anna, phone)
    await part(phone)
    await meet(phone, bea)
    await house.pass_time(DAY)
    await thank(phone, "Bea", "From the phone.")
    await house.pass_time(DAY)
    assert "From the phone." not in letters(bea)


async def test_whoever_blocked_can_let_in_again_once_they_know_each_other(
    anna: Friend, phone: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea)
    await blocks(bea)
    await link(anna, phone)
    await part(phone)
    await meet(bea, phone)  # Bea invites
    await bea.command("people")
    assert "1. Phone · blocked" in bea.newest.text
    for label in ("1", "Let in again"):
        await bea.tap(label)
    await house.pass_time(DAY)
    await thank(phone, "Bea", "Here again.")
    await house.pass_time(DAY)
    assert "Here again." in letters(bea)


async def test_a_report_before_and_one_after_parting_are_two(anna: Friend, phone: Friend, bea: Friend) -> None:
    carl = anna.house.person("carl")
    await link(anna, phone)
    await meet(anna, bea)
    await reports(bea)
    await part(phone)
    assert not suspended(phone)
    await meet(phone, carl)
    await reports(carl)
    assert (suspended(phone), suspended(anna)) == (True, False)


async def test_two_reports_by_one_person_stay_one(anna: Friend, phone: Friend, bea: Friend) -> None:
    await link(anna, phone)
    await meet(anna, bea)
    await reports(bea)
    await part(phone)
    await meet(bea, phone)  # whom she does not know to be the same
    await bea.command("people")
    for label in ("1", "Let in again"):
        await bea.tap(label)
    assert await opens(bea, await invite(phone, "Bea"))
    await bea.tap("Accept")
    await reports(bea)
    assert not suspended(phone)


async def test_what_has_left_today_counts_for_a_chat_that_parts(anna: Friend, phone: Friend, house: House) -> None:
    await link(anna, phone)
    for number in range(4):
        await invite(anna, f"Friend {number}")
    await part(phone)
    await invite(phone, "One more")
    await phone.command("thanks")
    assert phone.newest.text == ENOUGH
    await house.pass_time(DAY)
    await phone.command("thanks")
    assert phone.newest.text != ENOUGH


async def test_parting_and_joining_again_sheds_nothing(anna: Friend, phone: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    await reports(bea)
    for _ in range(2):
        await link(anna, phone)
        await part(phone)
    await link(anna, phone)
    carl = anna.house.person("carl")
    await meet(phone, carl)
    await reports(carl)
    assert suspended(anna)


# Leaving and coming back


async def test_on_both_databases_everything_is_put_back(store: Store, clock: HandClock) -> None:
    house = House(store, clock)
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await reports(bea)
    await anna.command("accept", "0000-0000-0000")
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    before = house.store.run_now(lambda tx: set(marks_of(tx, person_of(tx, anna))))
    assert {mark.what for mark in before} == {*What} - {What.MUTED, What.TRIED}
    await asks_and_taps(anna)
    assert len(prints(house)) == 5
    await anna.command("help")
    assert house.store.run_now(lambda tx: set(marks_of(tx, person_of(tx, anna)))) == before
    assert prints(house) == []
    await house.rota.forget()


async def test_who_comes_back_is_still_suspended(anna: Friend, house: House) -> None:
    await anna.command("help")
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    for _ in range(2):
        await goes_and_comes(anna)
        await anna.command("thanks")
        assert anna.newest.text == NOTHING
    assert prints(house) == [], "what was put back is kept no longer"


async def test_who_comes_back_is_still_blocked(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    await blocks(bea)
    await goes_and_comes(anna)
    assert not await opens(bea, await invite(anna, "Bea"))
    await bea.command("people")
    assert bea.newest.text == "Nobody is here yet. /thanks is the way to somebody.", "who has left tells nobody"
    await bea.command("export")
    export = next(
        said.attachment.text for said in reversed(bea.inbox) if said.attachment and "json" in said.attachment.name
    )
    assert '"people": []' in export


async def test_a_report_before_leaving_and_one_after_are_two(anna: Friend, bea: Friend, house: House) -> None:
    carl = house.person("carl")
    await meet(anna, bea)
    await reports(bea)
    await goes_and_comes(anna)
    await meet(anna, carl)
    await reports(carl)
    assert suspended(anna)


async def test_who_comes_back_the_same_day_has_sent_what_they_sent(anna: Friend, house: House) -> None:
    for number in range(5):
        await invite(anna, f"Friend {number}")
    await goes_and_comes(anna)
    await anna.command("thanks")
    assert anna.newest.text == ENOUGH
    await house.pass_time(DAY)
    await anna.command("thanks")
    assert anna.newest.text != ENOUGH


async def test_who_comes_back_within_the_hour_has_guessed_what_they_guessed(
    anna: Friend, bea: Friend, house: House
) -> None:
    code = await invite(bea, "Anna")
    for guess in range(5):
        await anna.command("accept", f"0000-0000-000{guess}")
    await goes_and_comes(anna)
    await anna.command("accept", code)
    assert anna.newest.text == GUESSED
    await house.pass_time(3600)
    assert await opens(anna, code)


async def test_every_chat_of_who_leaves_keeps_its_own(anna: Friend, phone: Friend, house: House) -> None:
    await link(anna, phone)
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    await goes_and_comes(anna)
    assert len(prints(house)) == 1
    await phone.command("help")
    assert (suspended(anna), suspended(phone), prints(house)) == (True, True, [])


async def test_after_thirty_days_nothing_is_kept(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await reports(bea)
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    await asks_and_taps(anna)
    await swept(house)
    await house.pass_time(DAY)
    await house.rota.forget()
    assert sorted(row.what for row in prints(house)) == ["blocked", "reported", "suspended"]
    house.clock.forward(KEPT - DAY - 1)
    await house.rota.forget()
    assert len(prints(house)) == 3
    house.clock.forward(1)
    await anna.command("help")  # before it was swept
    assert (suspended(anna), prints(house)) == (False, [])


async def test_old_fingerprints_are_swept(anna: Friend, house: House) -> None:
    await anna.command("help")
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    await asks_and_taps(anna)
    house.clock.forward(KEPT)
    await house.rota.forget()
    assert prints(house) == []


async def test_who_has_nothing_against_them_leaves_nothing(anna: Friend, bea: Friend, house: House) -> None:
    await meet(bea, anna)
    before = counts(house.store)
    other = house.person("other")
    await other.sign_up()
    await asks_and_taps(other)
    await swept(house)
    assert counts(house.store) == before


async def test_who_blocked_takes_that_along_when_they_leave(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await blocks(bea)
    await asks_and_taps(anna)
    assert "blocked" in [row.what for row in prints(house)]
    await asks_and_taps(bea)
    assert "blocked" not in [row.what for row in prints(house)]


async def test_the_table_does_not_say_whose_address_it_is(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await reports(bea)
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    ids = house.store.run_now(lambda tx: (person_of(tx, anna), person_of(tx, bea)))
    await asks_and_taps(anna)
    await swept(house)
    rows = prints(house)
    assert len({bytes(row.print) for row in rows}) == 1
    assert bytes(rows[0].print) not in Keyring([Keyring.new_host_key()]).prints("memory\nanna")
    assert bytes(rows[0].print) == Keyring([KEY]).prints("memory\nanna")[0]
    assert {row.person_id for row in rows} == {None, ids[1].id}
    assert set(fingerprints.c.keys()) == {"id", "print", "what", "person_id", "number", "ends_at"}

    def everything(tx: Tx) -> str:
        return str([tx.connection.execute(select(table)).all() for table in metadata.sorted_tables])

    assert "anna" not in house.store.run_now(everything)


async def test_a_fingerprint_outlives_a_rotation_of_the_hosts_keys(anna: Friend, house: House) -> None:
    await anna.command("help")
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    await asks_and_taps(anna)
    house.store.keys.host._take([Keyring.new_host_key(), KEY])
    await anna.command("help")
    assert suspended(anna)


async def test_somebody_else_who_comes_bears_nothing(anna: Friend, bea: Friend, house: House) -> None:
    await anna.command("help")
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    await asks_and_taps(anna)
    await bea.command("help")
    assert (suspended(bea), len(prints(house))) == (False, 1)


async def test_delete_says_so_before_anything_goes_and_to_everybody_alike(anna: Friend) -> None:
    await anna.command("delete")
    assert "a fingerprint of your address may stay for up to 30 days" in anna.newest.text
    await anna.command("privacy")
    assert "Blocks against you hold up to 30 days longer." in anna.newest.text


async def test_two_chats_that_come_back_and_are_joined_have_sent_it_once(
    anna: Friend, phone: Friend, house: House
) -> None:
    await link(anna, phone)
    for number in range(3):
        await invite(anna, f"Friend {number}")
    await goes_and_comes(anna)
    await link(anna, phone)
    for number in range(2):
        await anna.command("thanks")
        assert anna.newest.text != ENOUGH
        await invite(anna, f"Another {number}")
    await phone.command("thanks")
    assert phone.newest.text == ENOUGH
