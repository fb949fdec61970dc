"""Thanks from one person to another: invited, accepted, answered with one tap, passed on."""

import pytest

from bot.store.tables import invitations
from tests.flows.looking import moments_of
from tests.kit.talk import Friend, House
from tests.kit.thanks import SENTENCE, all_links, code_of, invite, letters, meet, pass_on, say, thank, token_of, write

HOUR, DAY = 3600, 86_400
OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
ON_ITS_WAY = "On its way. Bea gets it when their day has room for it."
CLOSED = "This invitation doesn’t open, or not any more. Whoever gave it to you can make a new one."


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


async def test_somebody_new_is_named_and_written_to_and_seen_before_it_leaves(anna: Friend) -> None:
    await anna.command("thanks")
    assert anna.newest.text == "What do you call them? Only you see that."
    await say(anna, "Bea")
    assert anna.newest.text.startswith("One sentence for Bea: one exact thing")
    await say(anna, SENTENCE)
    assert anna.newest.text == "Which name shall they see? I ask once and keep it."
    await say(anna, "Anna")
    assert anna.said[-2] == f"💛 From Anna:\n\n“{SENTENCE}”"
    assert anna.newest.labels == ["Send", "Change", "Keep private"]
    await anna.tap("Send")
    assert anna.newest.text.startswith(
        "Your sentence waits for Bea. Hand this on to them; it opens once, within 7 days"
    )
    assert f"https://pebble.test/?invite={token_of(anna)}" in anna.newest.text
    assert code_of(anna) in anna.newest.text


async def test_an_invitation_shows_who_it_is_from_before_anything_else(anna: Friend, bea: Friend) -> None:
    code = await invite(anna, "Bea")
    await bea.command("accept", code)
    assert bea.newest.text.startswith("Anna has a sentence of thanks for you.")
    assert SENTENCE not in bea.newest.text
    assert bea.newest.labels == ["Accept", "No, thank you", "…"]


async def test_one_tap_accepts_and_shows_the_sentence_to_somebody_who_was_never_here(anna: Friend, bea: Friend) -> None:
    code = await invite(anna, "Bea")
    await bea.command("accept", code.lower().replace("-", " "))
    await bea.tap("Accept")
    assert bea.said[1] == f"💛 From Anna:\n\n“{SENTENCE}”"
    assert bea.inbox[1].labels == ["❤️", "You made my day", "Good that you exist", "Pass it on", "…"]
    assert bea.newest.text == "That is all there is to do. If you ever want tiny moments of your own: /start"


async def test_a_token_opens_what_a_code_opens(anna: Friend, bea: Friend) -> None:
    await invite(anna, "Bea")
    await bea.command("start", token_of(anna))
    await bea.tap("Accept")
    assert letters(bea) == [SENTENCE]


async def test_declining_is_silent_and_uses_the_invitation_up(anna: Friend, bea: Friend, house: House) -> None:
    code = await invite(anna, "Bea")
    before = list(anna.said)
    await bea.command("accept", code)
    assert (await bea.tap("No, thank you")).toast == "That is fine. Nobody is told."
    await house.pass_time(8 * DAY)
    assert anna.said == before
    await bea.command("accept", code)
    assert bea.newest.text == CLOSED


async def test_an_invitation_opens_for_one_person_only(anna: Friend, bea: Friend, house: House) -> None:
    code, carl = await invite(anna, "Bea"), house.person("carl")
    await bea.command("accept", code)
    await bea.tap("Accept")
    await carl.command("accept", code)
    assert carl.newest.text == CLOSED


async def test_of_two_who_have_opened_it_the_last_one_may_accept(anna: Friend, bea: Friend, house: House) -> None:
    code, carl = await invite(anna, "Bea"), house.person("carl")
    await bea.command("accept", code)
    await carl.command("accept", code)
    assert (await bea.tap("Accept")).toast == OLD
    await carl.tap("Accept")
    assert (letters(bea), letters(carl)) == ([], [SENTENCE])


async def test_a_forged_button_accepts_nothing(anna: Friend, bea: Friend, house: House) -> None:
    await invite(anna, "Bea")
    row = house.store.run_now(lambda tx: tx.connection.scalar(invitations.select().with_only_columns(invitations.c.id)))
    assert (await bea.tap_payload(f"1:invite:{row}:yes", None)).toast == OLD
    assert letters(bea) == []


async def test_an_invitation_is_over_after_seven_days(anna: Friend, bea: Friend, house: House) -> None:
    code = await invite(anna, "Bea")
    await house.pass_time(7 * DAY)
    await bea.command("accept", code)
    assert bea.newest.text == CLOSED


async def test_nothing_that_opens_an_invitation_is_kept(anna: Friend, house: House) -> None:
    code = await invite(anna, "Bea")
    rows = house.store.run_now(lambda tx: tx.connection.execute(invitations.select()).all())
    assert code.replace("-", "") not in str(rows)
    assert token_of(anna) not in str(rows)


async def test_ones_own_invitation_is_not_for_oneself(anna: Friend, bea: Friend) -> None:
    code = await invite(anna, "Bea")
    await anna.command("accept", code)
    assert anna.newest.text == "That is your own invitation. It is for the one you wrote to."
    await bea.command("accept", code)
    assert bea.newest.labels == ["Accept", "No, thank you", "…"]


async def test_after_five_wrong_guesses_nothing_opens_for_an_hour(anna: Friend, bea: Friend, house: House) -> None:
    code = await invite(anna, "Bea")
    for guess in range(5):
        await bea.command("accept", f"0000-0000-000{guess}")
        assert bea.newest.text == CLOSED
    await bea.command("accept", code)
    assert bea.newest.text == "The last few codes didn’t fit. I take new ones again in an hour."
    await house.pass_time(HOUR + 1)
    await bea.command("accept", code)
    assert bea.newest.labels == ["Accept", "No, thank you", "…"]


async def test_others_may_guess_meanwhile(anna: Friend, bea: Friend, house: House) -> None:
    code, carl = await invite(anna, "Bea"), house.person("carl")
    for guess in range(6):
        await carl.command("start", f"{guess}" * 22)
    await bea.command("accept", code)
    assert bea.newest.labels == ["Accept", "No, thank you", "…"]


async def test_both_can_write_from_then_on_by_the_names_they_know(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    await bea.command("thanks")
    assert bea.newest.labels == ["Anna", "Somebody new", "My people"]
    await write(bea, "Anna", "You listen to the end.", signed="Beatrice")
    await bea.tap("Send")
    assert bea.newest.text == "On its way. Anna gets it when their day has room for it."
    # Anna goes on calling her as she did.
    assert anna.newest.text == "💛 From Bea:\n\n“You listen to the end.”"


async def test_a_name_may_be_written_instead_of_tapped(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY)
    await thank(anna, "bEA", "Another sentence.")
    assert anna.newest.text == ON_ITS_WAY
    assert letters(bea) == [SENTENCE, "Another sentence."]


async def test_the_name_is_asked_for_once(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY)
    await anna.command("thanks")
    await say(anna, "Bea", "Another sentence.")
    assert anna.newest.labels == ["Send", "Change", "Keep private"]


async def test_every_part_can_be_changed(anna: Friend) -> None:
    await anna.command("thanks")
    await write(anna, "Bea")
    await say(anna, "Change", "My name", "Annika", "Change", "The sentence", "You are patient.")
    assert anna.said[-2] == "💛 From Annika:\n\n“You are patient.”"
    await say(anna, "Change", "Who it is for", "Somebody new", "Carl", "Change", "Back", "Send")
    assert anna.newest.text.startswith("Your sentence waits for Carl.")


async def test_an_old_button_of_an_earlier_round_does_nothing(anna: Friend) -> None:
    await anna.command("thanks")
    await write(anna, "Bea")
    old = anna.newest
    send = old.rows[0][0].payload
    await say(anna, "Change", "The sentence", "You are patient.")
    assert (await anna.tap_payload(send, old.id)).toast == OLD
    assert all_links(anna.house) == []


async def test_what_is_kept_private_stays_with_its_writer(anna: Friend, house: House) -> None:
    await anna.command("thanks")
    await write(anna, "Bea")
    await anna.tap("Keep private")
    assert anna.newest.text == "Kept for you alone. /moments has it."
    assert [moment.words for moment in moments_of(anna)] == [SENTENCE]
    assert all_links(house) == []


async def test_one_tap_answers_and_comes_back_as_a_small_message(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    await bea.tap("❤️")
    assert anna.newest.text == "From Bea, for your thanks: ❤️"
    letter = next(said for said in bea.inbox if said.text.startswith("💛"))
    assert (letter.chosen, letter.labels) == ("❤️", ["Pass it on", "…"])


async def test_there_is_one_answer(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    letter = next(said for said in bea.inbox if said.text.startswith("💛"))
    day = letter.rows[1][0].payload
    await bea.tap("❤️")
    assert (await bea.tap_payload(day, letter.id)).toast == "Your answer is on its way."
    assert [said for said in anna.said if "for your thanks" in said] == ["From Bea, for your thanks: ❤️"]


async def test_passing_on_makes_a_link_of_the_same_chain(anna: Friend, bea: Friend, house: House) -> None:
    carl = house.person("carl")
    await meet(anna, bea)
    await pass_on(bea, carl, "You carry the heavy end.")
    first, second = all_links(house)
    assert (second.chain_id, second.parent_id, first.depth, second.depth) == (first.chain_id, first.id, 1, 2)
    assert letters(carl) == ["You carry the heavy end."]
    assert [first.sender_number, first.receiver_number, second.sender_number, second.receiver_number] == [1, 2, 2, 3]


async def test_nobody_passes_on_what_others_were_sent(anna: Friend, bea: Friend, house: House) -> None:
    carl = house.person("carl")
    await meet(anna, bea)
    link = all_links(house)[0].id
    assert (await carl.tap_payload(f"1:thx:{link}:on", None)).toast == OLD
    assert (await anna.tap_payload(f"1:thx:{link}:heart", None)).toast == OLD


async def test_thanks_come_in_the_waking_hours(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY + 13 * HOUR)  # 23:00
    await thank(anna, "Bea", "Good night.")
    assert letters(bea) == [SENTENCE]
    await house.pass_time(9 * HOUR - 60)
    assert letters(bea) == [SENTENCE]
    await house.pass_time(120)
    assert letters(bea) == [SENTENCE, "Good night."]


async def test_quiet_hours_hold_thanks_back(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await bea.command("quiet")
    await bea.send("9:00–12:00")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Later.")
    assert letters(bea) == [SENTENCE]
    await house.pass_time(2 * HOUR + 1)
    assert letters(bea) == [SENTENCE, "Later."]


async def test_who_has_paused_gets_them_on_coming_back(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await bea.command("pause")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Take your time.")
    await house.pass_time(2 * DAY)
    assert letters(bea) == [SENTENCE]
    await bea.command("resume")
    assert letters(bea) == [SENTENCE, "Take your time."]


async def test_thanks_live_seven_days(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await bea.command("pause")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Take your time.")
    await house.pass_time(7 * DAY + 1)
    await bea.command("resume")
    assert letters(bea) == [SENTENCE]
