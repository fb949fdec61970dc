"""Care in thanks: what does not travel, how often, and what mute, block and report do."""

import re

import pytest

from bot.gratitude.pass_on import Sentence, send
from bot.gratitude.reports import lift, suspend
from bot.store import Tx
from tests.flows.looking import moments_of, person_of
from tests.kit.talk import Friend, House
from tests.kit.thanks import SENTENCE, all_links, code_of, invite, letters, meet, pass_on, say, thank, write

HOUR, DAY = 3600, 86_400
CONTACT = "That reads like a link, an address or a number"
ON_ITS_WAY = "On its way. Bea gets it when their day has room for it."
OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
ENOUGH = "Five sentences have left today. Tomorrow has room for more."


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


@pytest.mark.parametrize("text", ["see exam\nple.com", "ехаmple.соm", "@everyone", "call 0170\n1234567"])
async def test_links_and_contact_details_do_not_travel(anna: Friend, text: str) -> None:
    await anna.command("thanks")
    await say(anna, "Bea", text)
    assert anna.newest.text.startswith(CONTACT)
    await say(anna, SENTENCE)
    assert "Which name" in anna.newest.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 501, "Up to 500 characters travel well. What is the heart of it?"),
        ("🌱" * 2048, "Up to 500 characters travel well. What is the heart of it?"),
        ("\u200b\u200d", "That arrived empty. Say it again in a few words?"),
        ("\0", "That arrived empty. Say it again in a few words?"),
        ("\u3164", "That arrived empty. Say it again in a few words?"),
        ("\u2800\u115f", "That arrived empty. Say it again in a few words?"),
        ("[x](tg://user?id=1)", CONTACT),
    ],
)
async def test_what_is_no_sentence_is_answered_kindly_and_asked_again(anna: Friend, text: str, said: str) -> None:
    await anna.command("thanks")
    await say(anna, "Bea")
    await anna.send(text)
    assert anna.newest.text.startswith(said)
    await say(anna, SENTENCE)
    assert "Which name" in anna.newest.text


@pytest.mark.parametrize(
    "text",
    [
        "<b>you",
        "{0.__class__}",
        "=HYPERLINK(1)",
        "'; DROP TABLE links --",
        "👨‍👩‍👧‍👦 all of you",
        "שלום לך",
        "a\n" * 200,
    ],
)
async def test_odd_sentences_arrive_as_they_were_written(anna: Friend, bea: Friend, text: str) -> None:
    await meet(anna, bea, text)
    assert letters(bea) == [" ".join(text.split())]


async def test_a_name_that_is_none_is_asked_again(anna: Friend) -> None:
    await anna.command("thanks")
    await say(anna, "Bea", SENTENCE, "www.anna.example")
    assert anna.newest.text == "Just a name, without links, addresses or numbers. What do they call you?"
    await say(anna, "(\u3164)")
    assert anna.newest.text == "A name in letters, as they know you?"
    await say(anna, "A" * 41)
    assert anna.newest.text == "Up to 40 characters. What do they call you?"
    await say(anna, "Anna")
    assert anna.newest.labels == ["Send", "Change", "Keep private"]


async def test_a_word_that_hurts_waits_for_its_sender(anna: Friend, house: House) -> None:
    await anna.command("thanks")
    await write(anna, "Bea", "You are a lovely idiot.")
    assert anna.newest.text.startswith("There is a word in it that may hurt. Shall it travel as it is?")
    assert anna.newest.labels == ["Yes, as it is", "Write it anew", "Keep private"]
    await say(anna, "Yes, as it is", "Send")
    assert len(all_links(house)) == 1


async def test_a_word_of_crisis_names_people_who_listen(anna: Friend, house: House) -> None:
    await anna.command("thanks")
    await write(anna, "Bea", "Without you I want to die.")
    assert "findahelpline.com" in anna.newest.text
    await say(anna, "Write it anew", "I am glad you are here.", "Send")
    assert "Your sentence waits for Bea." in anna.newest.text
    assert len(all_links(house)) == 1


async def test_a_held_sentence_can_stay_private(anna: Friend, house: House) -> None:
    await anna.command("thanks")
    await write(anna, "Bea", "Without you I want to die.")
    await anna.tap("Keep private")
    assert [moment.words for moment in moments_of(anna)] == ["Without you I want to die."]
    assert all_links(house) == []


async def test_five_sentences_a_day(anna: Friend, house: House) -> None:
    for number in range(5):
        await invite(anna, f"Friend {number}")
    await anna.command("thanks")
    assert anna.newest.text == ENOUGH
    await house.pass_time(14 * HOUR)  # after midnight in Berlin
    await anna.command("thanks")
    assert anna.newest.text == "What do you call them? Only you see that."


async def test_the_sixth_is_refused_at_the_last_moment_too_and_kept(anna: Friend, house: House) -> None:
    for number in range(4):
        await invite(anna, f"Friend {number}")
    await anna.command("thanks")
    await write(anna, "Bea")
    # Another chat of the same person may have sent one meanwhile.
    standing = anna.newest
    house.store.run_now(lambda tx: _send_one_more(tx, anna))
    await anna.tap_payload(standing.rows[0][0].payload, standing.id)
    assert anna.newest.text == f"{ENOUGH} I keep your sentence with your moments."
    assert [moment.words for moment in moments_of(anna)] == [SENTENCE]
    assert len(all_links(house)) == 5


def _send_one_more(tx: Tx, anna: Friend) -> None:
    send(tx, person_of(tx, anna), Sentence("One more.", "Carl"))


async def test_one_a_day_for_each_receiver(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await anna.command("thanks")
    await anna.tap("Bea")
    assert anna.newest.text == "Bea has a sentence of yours from today. Tomorrow is a good day, too."
    await house.pass_time(DAY)
    await thank(anna, "Bea", "The next day.")
    assert anna.newest.text == ON_ITS_WAY


async def test_a_chain_does_not_come_back(anna: Friend, bea: Friend, house: House) -> None:
    carl = house.person("carl")
    await meet(anna, bea)
    await pass_on(bea, carl, "You carry the heavy end.")
    await meet(carl, anna)
    await house.pass_time(DAY)
    await thank(bea, "Carl", "Once more.")
    letter = next(said for said in carl.inbox if "heavy end" in said.text)
    await carl.tap_payload(letter.rows[2][0].payload, letter.id)
    await carl.tap("Anna")
    assert carl.newest.text == (
        "This chain has been with Anna before. Who else comes to mind? /thanks begins a new one."
    )


async def test_an_invitation_that_closes_a_ring_begins_a_chain_of_its_own(
    anna: Friend, bea: Friend, house: House
) -> None:
    carl = house.person("carl")
    await meet(anna, bea)
    await pass_on(bea, carl, "To Carl.")
    await pass_on(carl, anna, "Round it goes.")
    assert letters(anna)[-1] == "Round it goes."
    last = all_links(house)[-1]
    assert (last.parent_id, last.depth, last.sender_number, last.receiver_number) == (None, 1, 1, 2)
    assert last.chain_id != all_links(house)[0].chain_id


# Mute, block, report


async def blocked(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await say_about(bea, "Block")
    await house.pass_time(DAY)


async def say_about(friend: Friend, label: str) -> None:
    await friend.tap("…")
    await friend.tap(label)


async def test_care_stands_behind_one_tap(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    letter = next(said for said in bea.inbox if said.text.startswith("💛"))
    await bea.tap("…")
    assert letter.labels == ["Mute", "Block", "Report", "Back"]
    await bea.tap("Back")
    assert letter.labels == ["❤️", "You made my day", "Good that you exist", "Pass it on", "…"]


async def test_a_blocked_sender_is_answered_like_anybody_and_reaches_nobody(
    anna: Friend, bea: Friend, house: House
) -> None:
    await blocked(anna, bea, house)
    before = list(bea.said)
    await anna.command("thanks")
    assert anna.newest.labels == ["Bea", "Somebody new", "My people"]
    await write(anna, "Bea", "Are you there?")
    await anna.tap("Send")
    assert anna.newest.text == ON_ITS_WAY
    await anna.command("thanks")
    await anna.tap("Bea")
    assert anna.newest.text == "Bea has a sentence of yours from today. Tomorrow is a good day, too."
    await house.pass_time(8 * DAY)
    assert bea.said == before
    assert all_links(house)[-1].sealed_by_receiver is None


async def test_an_invitation_of_somebody_blocked_does_not_open(anna: Friend, bea: Friend, house: House) -> None:
    await blocked(anna, bea, house)
    code = await invite(anna, "Beatrice")
    await bea.command("accept", code)
    assert bea.newest.text.startswith("This invitation doesn’t open, or not any more.")


async def test_who_is_blocked_while_a_sentence_waits_does_not_reach_them(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY + 13 * HOUR)  # 23:00
    await thank(anna, "Bea", "Good night.")
    await say_about(bea, "Block")
    await house.pass_time(DAY)
    assert letters(bea) == [SENTENCE]


async def test_unblocked_they_reach_again_but_nothing_of_before(anna: Friend, bea: Friend, house: House) -> None:
    await blocked(anna, bea, house)
    await thank(anna, "Bea", "Are you there?")
    await bea.command("people")
    assert bea.newest.text.endswith("1. Anna · blocked")
    await say(bea, "1", "Let in again")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "And now?")
    assert letters(bea) == [SENTENCE, "And now?"]


async def test_what_a_muted_sender_writes_waits_until_they_are_heard_again(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea)
    await say_about(bea, "Mute")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "In your own time.")
    assert anna.newest.text == ON_ITS_WAY
    await house.pass_time(2 * DAY)
    assert letters(bea) == [SENTENCE]
    await bea.command("people")
    await say(bea, "1", "Hear again")
    assert letters(bea) == [SENTENCE, "In your own time."]


async def test_a_blocked_answer_does_not_come_back(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await anna.command("people")
    await say(anna, "1", "Block")
    before = list(anna.said)
    await bea.tap("❤️")
    assert anna.said == before


async def test_a_report_asks_whether_the_sentence_may_be_read_and_blocks(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea)
    await say_about(bea, "Report")
    assert bea.inbox[1].labels == ["With the sentence", "Without it", "Back"]
    await bea.tap("Without it")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Once more.")
    assert letters(bea) == [SENTENCE]
    await house.pass_time(DAY)
    assert letters(bea) == [SENTENCE]


async def test_two_people_who_report_suspend(anna: Friend, bea: Friend, house: House) -> None:
    carl = house.person("carl")
    await meet(anna, bea)
    await meet(anna, carl)
    dora_code = await invite(anna, "Dora")
    for friend in (bea, carl):
        await anna.command("thanks")
        assert anna.newest.labels[-2:] == ["Somebody new", "My people"]
        await friend.tap("…")
        await friend.tap("Report")
        await friend.tap("With the sentence")
    await anna.command("thanks")
    assert anna.newest.text == "Nothing can leave from here just now."
    dora = house.person("dora")
    await dora.command("accept", dora_code)
    assert dora.newest.text.startswith("This invitation doesn’t open, or not any more.")


async def test_one_person_alone_does_not_suspend(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Another one.")
    for letter in [said for said in bea.inbox if said.text.startswith("💛")]:
        for choice in ("report", "show"):
            link = letter.rows[-1][0].payload.split(":")[2]
            await bea.tap_payload(f"1:thx:{link}:{choice}", None)
    await anna.command("thanks")
    assert anna.newest.labels == ["Bea", "Somebody new", "My people"]


async def test_somebody_elses_buttons_do_nothing(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    carl = house.person("carl")
    link = all_links(house)[0].id
    for choice in ("heart", "on", "more", "mute", "block", "report", "show"):
        assert (await carl.tap_payload(f"1:thx:{link}:{choice}", None)).toast == OLD
        assert (await anna.tap_payload(f"1:thx:{link}:{choice}", None)).toast == OLD
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Still here.")
    assert letters(bea) == [SENTENCE, "Still here."]


async def test_the_same_button_twenty_times_answers_once(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea)
    letter = next(said for said in bea.inbox if said.text.startswith("💛"))
    heart = letter.rows[0][0].payload
    for _ in range(20):
        await bea.tap_payload(heart, letter.id)
    assert sum("for your thanks" in said for said in anna.said) == 1


# Ways in from elsewhere


async def test_a_sentence_of_the_evening_can_travel(anna: Friend, house: House) -> None:
    await anna.begin("Gratitude afterglow")
    await anna.send("I like how you cook for all of us.")
    await anna.tap("Send through Pebble")
    await say(anna, "Bea", "Anna")
    assert "💛 From Anna:\n\n“I like how you cook for all of us.”" in anna.said
    await anna.tap("Send")
    assert code_of(anna)
    assert len(moments_of(anna)) == 1


async def test_a_kind_message_can_travel(anna: Friend, house: House) -> None:
    await anna.begin("Kind message")
    await anna.tap("Help me write")
    await say(anna, "Bea", "You waited for me.", "I walked home lighter.", "Send through Pebble", "Anna", "Send")
    assert len(all_links(house)) == 1
    assert "Your sentence waits for Bea." in "\n".join(anna.said)
    assert moments_of(anna)[0].answer == "write"


async def test_a_repair_can_travel(anna: Friend, house: House) -> None:
    await anna.command("repair")
    await say(
        anna, "I cut you off.", "I wanted to help.", "Could we talk tonight?", "Send through Pebble", "Bea", "Anna"
    )
    assert "💛 From Anna:\n\n“I cut you off. I wanted to help. Could we talk tonight?”" in anna.said
    await anna.tap("Send")
    assert len(all_links(house)) == 1


async def test_after_thinking_of_somebody_thanks_are_one_tap_away(anna: Friend) -> None:
    await anna.begin("The right second")
    await anna.tap("Sent")
    await anna.tap("Thank somebody")
    assert anna.newest.text == "What do you call them? Only you see that."


@pytest.mark.parametrize("length", ["", "2 weeks"])
async def test_who_comes_back_early_gets_what_was_sent_meanwhile(
    anna: Friend, bea: Friend, house: House, length: str
) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY)
    await bea.command("pause", length)
    await thank(anna, "Bea", "You water the plants of everybody.")
    await house.pass_time(HOUR)
    assert not any("water the plants" in text for text in bea.said)
    await bea.command("resume")
    await house.pass_time(60)
    assert any("water the plants" in text for text in bea.said)


async def test_what_waits_for_somebody_suspended_comes_when_that_is_lifted(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY)
    await bea.command("pause")
    await thank(anna, "Bea", "You water the plants of everybody.")
    number = house.store.run_now(lambda tx: person_of(tx, anna).id)
    house.store.run_now(lambda tx: suspend(tx, number))
    await bea.command("resume")
    await house.pass_time(HOUR)
    assert not any("water the plants" in text for text in bea.said)
    house.store.run_now(lambda tx: lift(tx, number))
    await house.pass_time(60)
    assert any("water the plants" in text for text in bea.said)


async def test_an_invitation_of_ones_own_is_none_when_two_chats_were_joined_meanwhile(
    anna: Friend, house: House
) -> None:
    other = house.person("annas-tablet")
    code = await invite(anna, "Somebody")
    await other.command("accept", code)
    opened = other.newest
    await anna.command("link")
    shown = re.search(r"\b[0-9A-Z]{4}-?[0-9A-Z]{4}\b", anna.newest.text)
    assert shown is not None
    await other.command("link", shown[0])
    await other.tap("Join")
    await other.tap_payload(opened.rows[0][0].payload, opened.id)
    assert all(link.receiver_id is None or link.receiver_id != link.sender_id for link in all_links(house))
    assert not any("💛" in text for text in other.said)
