"""Words after a hurt, and help with a kind message: written in parts, read as a whole, taken along or kept."""

import pytest

from bot.nudges import kept
from bot.store import Store
from tests.flows.exchanges import LEFT, ODD, OLD, PRESS, lead, lives, say, stored
from tests.flows.looking import DAY, moments_of, payload, person_of, position_of
from tests.kit.clock import HandClock
from tests.kit.talk import Friend, House

IMPACT, INTENTION, STEP = "I cut you off.", "I wanted to help.", "Could we talk tonight?"
WHOLE = f"{IMPACT} {INTENTION} {STEP}"
READS = "This is how it reads. Take a breath, and see whether it is true and kind."
KEPT = "There is a draft that you kept for later. Go on with it, or begin anew and let it go?"


def drafts(friend: Friend) -> list[str]:
    return friend.house.store.run_now(
        lambda tx: [one.text for one in kept.on_shelf(tx, person_of(tx, friend), "repair")]
    )


async def test_three_sentences_become_one_message(anna: Friend) -> None:
    await anna.command("repair")
    assert anna.newest.text.startswith("First the impact")
    await say(anna, f"  {IMPACT}\n")
    assert anna.newest.text.startswith("Now what you had meant")
    await say(anna, INTENTION)
    assert anna.newest.text.startswith("And a next step")
    await say(anna, STEP)
    assert anna.said[-2:] == [WHOLE, READS]
    assert anna.inbox[-2].labels == []
    assert anna.newest.labels == ["Copy", "Send through Pebble", "Later", "Change"]
    await say(anna, "Copy")
    assert (anna.newest.text, position_of(anna), drafts(anna)) == (PRESS, None, [])


@pytest.mark.parametrize(("label", "n"), [("The impact", 0), ("The intention", 1), ("The next step", 2)])
async def test_each_part_can_be_changed(anna: Friend, label: str, n: int) -> None:
    await anna.command("repair")
    await say(anna, IMPACT, INTENTION, STEP, "Change")
    assert anna.newest.labels == ["The impact", "The intention", "The next step", "Back"]
    await say(anna, label, "Otherwise.")
    parts = [IMPACT, INTENTION, STEP]
    parts[n] = "Otherwise."
    assert anna.said[-2:] == [" ".join(parts), READS]
    await say(anna, "Change", "Back")
    assert anna.said[-2:] == [" ".join(parts), READS]


async def test_a_draft_is_kept_for_later_whatever_comes_between(anna: Friend, house: House) -> None:
    await anna.command("repair")
    await say(anna, IMPACT, INTENTION, STEP, "Later")
    assert anna.newest.text == "I keep it for you. /repair brings it back."
    assert drafts(anna) == [f"{IMPACT}\n{INTENTION}\n{STEP}"]
    await anna.command("add")
    await house.pass_time(30 * DAY)
    await anna.command("repair")
    assert (anna.newest.text, anna.newest.labels) == (KEPT, ["Go on", "Begin anew"])
    await say(anna, "Go on")
    assert anna.said[-2:] == [WHOLE, READS]
    await say(anna, "Change", "The impact", "It hurt you.", "Later")
    assert drafts(anna) == [f"It hurt you.\n{INTENTION}\n{STEP}"]
    await anna.command("repair")
    await say(anna, "Go on", "Copy")
    assert drafts(anna) == []


async def test_a_draft_is_kept_on_both_databases(store: Store, clock: HandClock) -> None:
    anna = House(store, clock).person("anna")
    await anna.command("repair")
    await say(anna, IMPACT, INTENTION, STEP, "Later")
    await anna.command("repair")
    await say(anna, "Go on", "Copy")
    assert (anna.newest.text, drafts(anna)) == (PRESS, [])


async def test_beginning_anew_lets_the_draft_go(anna: Friend) -> None:
    await anna.command("repair")
    await say(anna, IMPACT, INTENTION, STEP, "Later")
    await anna.command("repair")
    await anna.command("cancel")
    assert len(drafts(anna)) == 1
    await anna.command("repair")
    await say(anna, "Begin anew")
    assert anna.newest.text.startswith("First the impact")
    assert drafts(anna) == []


async def test_repair_survives_a_death_at_every_step(house: House) -> None:
    with lives(house) as living:
        anna = house.person("anna")
        await anna.command("repair")
        anna = await living.go(anna, IMPACT, INTENTION, STEP, "Change", "The intention", "I meant well.", "Later")
        await anna.command("repair")
        anna = await living.go(anna, "Go on", "Copy")
        assert f"{IMPACT} I meant well. {STEP}" in anna.said
        assert anna.newest.text == PRESS


@pytest.mark.parametrize(("text", "line"), ODD)
@pytest.mark.parametrize("command", ["repair", "write"])
async def test_odd_texts_are_asked_again(anna: Friend, command: str, text: str, line: str) -> None:
    await anna.command(command)
    position = position_of(anna)
    await anna.send(text)
    assert anna.newest.text == line
    await anna.send("x" * 4000)
    assert anna.newest.text.endswith("plenty here. What is the heart of it?")
    assert position_of(anna) == position


async def test_three_long_sentences_fit_into_one_message(anna: Friend) -> None:
    await anna.command("repair")
    await say(anna, *["😀" * 500] * 3)
    whole = anna.said[-2]
    assert len(whole.encode("utf-16-le")) // 2 < 4096


async def test_a_stale_button_and_leaving(anna: Friend) -> None:
    await anna.command("repair")
    await say(anna, IMPACT, INTENTION, STEP)
    said, copy, later = anna.newest, payload(anna.newest, "Copy"), payload(anna.newest, "Later")
    await say(anna, "Change")
    which, back = anna.newest, payload(anna.newest, "Back")
    assert (await anna.tap_payload(copy, said.id)).toast == OLD
    await say(anna, "Back")
    # The question stands again, but not under the old message.
    assert (await anna.tap_payload(later, said.id)).toast == OLD
    assert (await anna.tap_payload(back, which.id)).toast == OLD
    assert drafts(anna) == []
    await anna.command("cancel")
    assert (anna.newest.text, position_of(anna)) == (LEFT, None)


async def test_words_under_the_whole_are_no_answer_to_it(anna: Friend) -> None:
    await anna.command("repair")
    await say(anna, IMPACT, INTENTION, STEP)
    position = position_of(anna)
    await anna.send("hello")
    assert anna.newest.text.startswith("I only know small things")
    assert position_of(anna) == position


async def test_nobody_else_gets_the_draft_and_nobody_can_read_it(anna: Friend, house: House) -> None:
    await anna.command("repair")
    await say(anna, "The secret impact.", INTENTION, STEP)
    assert b"secret" not in stored(house)
    await say(anna, "Later")
    assert b"secret" not in stored(house)
    bea = house.person("bea")
    await bea.command("repair")
    assert bea.newest.text.startswith("First the impact")


async def test_a_kind_message_in_three_answers(anna: Friend) -> None:
    await anna.command("write")
    assert anna.newest.labels == ["No name"]
    await say(anna, "Mira", "You waited for me.", "I walked home lighter.")
    assert anna.said[-2:] == ["Mira,\nYou waited for me. I walked home lighter.", "This is how it reads."]
    assert anna.newest.labels == ["Copy", "Send through Pebble", "Leave it", "Change"]
    await say(anna, "Change", "The name", "No name")
    assert anna.said[-2] == "You waited for me. I walked home lighter."
    await say(anna, "Copy")
    assert (anna.newest.text, position_of(anna)) == (PRESS, None)


async def test_a_kind_message_may_stay_unsent(anna: Friend) -> None:
    await anna.command("write")
    await say(anna, "no name", "You waited for me.", "It was good.", "Leave it")
    assert anna.newest.text == "Good. A kind thought counts before it is sent, too."
    assert position_of(anna) is None


async def test_writing_survives_a_death_at_every_step(house: House) -> None:
    with lives(house) as living:
        anna = house.person("anna")
        await anna.command("write")
        anna = await living.go(anna, "{name}", "You waited.", "It was good.", "Change", "The sentence", "Fine.", "Copy")
        assert "{name},\nYou waited. Fine." in anna.said


@pytest.mark.parametrize(("then", "steps"), [("repair", (IMPACT, INTENTION, STEP)), ("write", ("A", "B", "C"))])
@pytest.mark.parametrize("answered", [None, "help"])
async def test_the_moment_that_led_here_ends_with_copy(
    anna: Friend, house: House, then: str, steps: tuple[str, ...], answered: str | None
) -> None:
    await anna.command("help")
    await lead(anna, then, answered=answered)
    await say(anna, *steps, "Copy")
    assert anna.said[-2] == PRESS
    assert anna.newest.text in house.catalogue["one-breath"].did
    (moment,) = moments_of(anna)
    assert (moment.answer, moment.words) == (answered or "did", None)
