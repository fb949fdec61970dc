"""Mute, block and report stand on an invitation too, before anything is accepted; whoever made it is told nothing."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.gratitude.reports import is_suspended, lift, reported
from tests.flows.looking import person_of
from tests.gratitude.test_unnoticed import OPENS, files, fresh
from tests.kit.talk import Friend, House
from tests.kit.thanks import SENTENCE, invite, letters, meet, say, thank

DAY = 86_400
CLOSED = "This invitation doesn’t open, or not any more. Whoever gave it to you can make a new one."


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


async def opens(anna: Friend, friend: Friend, sentence: str = SENTENCE) -> str:
    """Let somebody open an invitation of Anna's and look behind the one tap; return its code."""
    code = await invite(anna, friend.name.title(), sentence)
    await friend.command("accept", code)
    await friend.tap("…")
    return code


async def test_they_stand_behind_one_tap_and_the_way_leads_back(anna: Friend, bea: Friend) -> None:
    await opens(anna, bea)
    assert bea.newest.labels == ["Mute", "Block", "Report", "Back"]
    assert bea.newest.text.startswith("Anna has a sentence of thanks for you.")
    await bea.tap("Back")
    assert bea.newest.labels == ["Accept", "No, thank you", "…"]
    await bea.tap("Accept")
    assert letters(bea) == [SENTENCE]


async def test_who_is_blocked_reaches_nobody_by_this_invitation_or_another(
    anna: Friend, bea: Friend, house: House
) -> None:
    code = await opens(anna, bea)
    await bea.tap("Block")
    assert bea.newest.text.endswith("Nothing from Anna reaches you from now on. Nobody is told. /people changes it.")
    assert bea.newest.labels == []
    for opening in (code, await invite(anna, "Beatrice")):
        await bea.command("accept", opening)
        assert bea.newest.text == CLOSED
    await bea.command("people")
    assert bea.newest.text.endswith("1. Anna · blocked")
    await say(bea, "1", "Let in again")
    await bea.command("accept", code)
    assert bea.newest.text == CLOSED, "it was used up"
    await bea.command("accept", await invite(anna, "Bee", "Once more."))
    await bea.tap("Accept")
    assert letters(bea) == ["Once more."]


async def test_who_is_muted_waits_and_the_sentence_is_there_for_who_wants_it(
    anna: Friend, bea: Friend, house: House
) -> None:
    await opens(anna, bea)
    await bea.tap("Mute")
    assert "From now on, what Anna sends waits for a week, in case you want it." in bea.newest.text
    assert bea.newest.labels == ["Accept", "No, thank you", "…"]
    await bea.tap("Accept")
    assert letters(bea) == [SENTENCE]
    await house.pass_time(DAY)
    await thank(anna, "Bea", "The next one.")
    assert letters(bea) == [SENTENCE]
    await bea.command("people")
    assert bea.newest.text.endswith("1. Anna · muted")
    await say(bea, "1", "Hear again")
    assert letters(bea) == [SENTENCE, "The next one."]


async def test_who_is_muted_and_not_accepted_is_among_the_people_and_cannot_be_written_to(
    anna: Friend, bea: Friend
) -> None:
    await opens(anna, bea)
    await bea.tap("Mute")
    await bea.command("people")
    await bea.tap("1")
    assert bea.newest.labels == ["Hear again", "Block", "Back"]
    await anna.command("people")
    assert anna.newest.text.startswith("Nobody is here yet.")


async def test_a_report_is_asked_once_more_and_blocks(anna: Friend, bea: Friend, house: House) -> None:
    code = await opens(anna, bea)
    await bea.tap("Report")
    assert bea.newest.labels == ["Report", "Back"]
    assert house.store.run_now(reported) == []
    await bea.tap("Report")
    assert bea.newest.text.endswith("Thank you for saying so. It is reported, and nothing more from Anna reaches you.")
    assert [(one.sentence, one.suspended) for one in house.store.run_now(reported)] == [(None, False)]
    await bea.command("accept", code)
    assert bea.newest.text == CLOSED


async def test_who_has_muted_can_still_block_and_report(anna: Friend, bea: Friend, house: House) -> None:
    await opens(anna, bea)
    await say(bea, "Mute", "…")
    assert bea.newest.labels == ["Mute", "Block", "Report", "Back"]
    await say(bea, "Report", "Report")
    assert len(house.store.run_now(reported)) == 1
    carl = house.person("carl")
    await opens(anna, carl)
    for label in ("Back", "Accept", "…", "Mute"):
        await carl.tap(label)
    letter = next(said for said in carl.inbox if said.text.startswith("💛"))
    assert letter.text.endswith("/people changes it.")
    assert letter.labels == ["❤️", "You made my day", "Good that you exist", "Pass it on", "…"]
    for label in ("❤️", "…", "Report", "Without it"):
        await carl.tap(label)
    assert len(house.store.run_now(reported)) == 2


async def test_what_was_accepted_after_a_mute_comes_on_its_day_and_nothing_else(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, "The first.")
    await bea.command("accept", await invite(anna, "Bee", "The second."))
    for label in ("…", "Mute", "Accept"):
        await bea.tap(label)
    assert bea.newest.text == "One from Anna is here for today. This one comes on Thu 19 Nov."
    await house.pass_time(DAY)
    assert letters(bea) == ["The first.", "The second."]
    await house.pass_time(DAY)
    await thank(anna, "Bea", "The third.")
    await house.pass_time(DAY)
    assert letters(bea) == ["The first.", "The second."]


async def test_what_was_accepted_before_a_mute_waits(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, "The first.")
    await bea.command("accept", await invite(anna, "Bee", "The second."))
    await bea.tap("Accept")
    house.clock.forward(1)
    await bea.command("people")
    await say(bea, "1", "Mute")
    await house.pass_time(DAY)
    assert letters(bea) == ["The first."]


async def test_two_who_report_suspend_whether_on_an_invitation_or_a_letter(
    anna: Friend, bea: Friend, house: House
) -> None:
    await opens(anna, bea)
    for label in ("Report", "Report"):
        await bea.tap(label)
    number = house.store.run_now(lambda tx: person_of(tx, anna).id)
    assert not house.store.run_now(lambda tx: is_suspended(tx, number))
    carl = house.person("carl")
    await carl.command("accept", await invite(anna, "Carl"))
    await carl.tap("Accept")
    for label in ("…", "Report", "With the sentence"):
        await carl.tap(label)
    assert house.store.run_now(lambda tx: is_suspended(tx, number))
    assert [one.sentence for one in house.store.run_now(reported)] == [SENTENCE, None]
    assert house.store.run_now(lambda tx: lift(tx, number))


async def test_only_who_opened_it_last_can_do_so(anna: Friend, bea: Friend, house: House) -> None:
    code = await opens(anna, bea)
    carl = house.person("carl")
    await carl.command("accept", code)
    block = next(button.payload for row in bea.newest.rows for button in row if button.label == "Block")
    assert (await bea.tap_payload(block, bea.newest.id)).toast.startswith("That button has done its part.")
    await carl.tap("Accept")
    assert letters(carl) == [SENTENCE]


@pytest.mark.parametrize("taps", [("…", "Block"), ("…", "Mute"), ("…", "Report", "Report")], ids=lambda taps: taps[1])
async def test_who_made_it_sees_and_is_given_the_same_as_after_a_no(
    template_file: Path, tmp_path: Path, taps: tuple[str, ...]
) -> None:
    said = []
    with ExitStack() as stack:
        for number, labels in enumerate((("No, thank you",), taps)):
            house = stack.enter_context(fresh(template_file, tmp_path / str(number)))
            anna, bea = house.person("anna"), house.person("bea")
            await bea.command("accept", await invite(anna, "Bea"))
            for label in labels:
                await bea.tap(label)
            for command in ("people", "thanks", "ripple", "export"):
                await anna.command(command)
            said.append([OPENS.sub("*", repr((one.text, one.labels, files(one)))) for one in anna.inbox])
    assert said[0] == said[1]


async def test_of_two_chats_that_become_one_the_later_mute_holds(anna: Friend, bea: Friend, house: House) -> None:
    phone = house.person("phone")
    await opens(anna, bea)
    await bea.tap("Mute")
    await house.pass_time(DAY)
    await meet(anna, phone, "The first.")
    await phone.command("accept", await invite(anna, "Phone", "The second."))
    await phone.tap("Accept")
    house.clock.forward(1)
    await phone.command("people")
    await say(phone, "1", "Mute")
    await bea.command("link")
    await phone.command("link", bea.newest.text.split("/link ")[1].split("\n")[0])
    await phone.tap("Join")
    await house.pass_time(2 * DAY)
    assert letters(phone) == ["The first."]
