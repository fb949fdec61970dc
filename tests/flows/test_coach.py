"""A voice note prepared in three points, its length looked at; and a line beside a moment."""

import pytest

from tests.flows.exchanges import (
    LEFT,
    ODD,
    OLD,
    asking_for_voice,
    file_of,
    forget_moments,
    lead,
    lives,
    say,
    speak,
    stored,
)
from tests.flows.looking import HOUR, moments_of, payload, position_of, without
from tests.kit.talk import Friend, House

POINTS = ("our Friday plan", "train, rain, food", "Does six suit you?")
CARD = (
    "1. our Friday plan\n2. train, rain, food\n3. Does six suit you?\n\n"
    "Now say it in under a minute. Send it here and I look at its length, or tap Done."
)
SHORT = "0:42: short enough to be heard to the end. Pass it on from here whenever you like."
LONG = "1:05: a little longer than many ears hold. Once more in under a minute, or keep it as it is?"
DONE = "Good. May it be heard the way you meant it."


async def prepare(friend: Friend) -> None:
    await friend.command("voice")
    await say(friend, *POINTS)


async def test_three_points_and_a_note_of_under_a_minute(anna: Friend) -> None:
    await prepare(anna)
    assert (anna.newest.text, anna.newest.labels) == (CARD, ["Done"])
    await speak(anna, 42)
    assert (anna.newest.text, position_of(anna)) == (SHORT, None)


@pytest.mark.parametrize(("seconds", "line"), [(60, "1:00: short enough"), (61, "1:01: a little longer")])
async def test_a_minute_is_the_measure(anna: Friend, seconds: int, line: str) -> None:
    await prepare(anna)
    await speak(anna, seconds)
    assert anna.newest.text.startswith(line)


async def test_a_long_note_is_met_honestly_and_recorded_once_more(anna: Friend) -> None:
    await prepare(anna)
    await speak(anna, 65)
    assert (anna.newest.text, anna.newest.labels) == (LONG, ["Once more", "Keep it"])
    await anna.tap("Once more")
    assert anna.newest.labels == ["Done"]
    await speak(anna, 42)
    assert anna.newest.text == SHORT


async def test_a_long_note_may_stay_as_it_is_or_be_replaced_at_once(anna: Friend) -> None:
    await prepare(anna)
    await speak(anna, 65)
    await speak(anna, 70)
    assert anna.newest.text.startswith("1:10")
    await anna.tap("Keep it")
    assert anna.newest.text == "Kept as it is. Some things take their time."
    assert position_of(anna) is None


async def test_without_voice_notes_done_is_enough(anna: Friend) -> None:
    await prepare(anna)
    await anna.tap("Done")
    assert (anna.newest.text, position_of(anna)) == (DONE, None)


async def test_a_note_whose_length_nobody_knows_is_believed(anna: Friend) -> None:
    await prepare(anna)
    await speak(anna, None)
    assert anna.newest.text == "There it is. Pass it on from here whenever you like."


async def test_a_picture_is_no_voice_note_and_an_early_note_is_taken(anna: Friend) -> None:
    await anna.command("voice")
    await speak(anna, None, "photo", "look")
    assert anna.newest.text.startswith("That is a picture.")
    await speak(anna, 42)
    assert anna.newest.text == SHORT


@pytest.mark.parametrize(("text", "line"), ODD)
async def test_odd_texts_are_asked_again(anna: Friend, text: str, line: str) -> None:
    await anna.command("voice")
    await anna.send(text)
    assert anna.newest.text == line
    await anna.send("x" * 4000)
    assert anna.newest.text == "A few words are plenty here. What is the heart of it?"


async def test_preparing_survives_a_death_at_every_step(house: House) -> None:
    with lives(house) as living:
        anna = house.person("anna")
        await anna.command("voice")
        anna = await living.go(anna, *POINTS)
        await speak(anna, 65)
        anna = await living.go(anna, "Once more")
        await speak(anna, 65)
        await living.go(anna, "Keep it")
        assert anna.newest.text.startswith("Kept as it is.")


async def test_an_old_button_and_leaving(anna: Friend) -> None:
    await prepare(anna)
    said, done = anna.newest, payload(anna.newest, "Done")
    await speak(anna, 65)
    assert (await anna.tap_payload(done, said.id)).toast == OLD
    await anna.command("cancel")
    assert (anna.newest.text, position_of(anna)) == (LEFT, None)


@pytest.mark.parametrize(("seconds", "steps", "kept"), [(42, (), 42), (65, ("Keep it",), 65)])
async def test_a_note_answers_the_moment_that_waits_for_one(
    house: House, seconds: int, steps: tuple[str, ...], kept: int
) -> None:
    anna = asking_for_voice(house, "one-breath").person("anna")
    await anna.begin("One slow breath")
    await prepare(anna)
    await speak(anna, seconds)
    await say(anna, *steps)
    (moment,) = moments_of(anna)
    assert (moment.answer, moment.words) == ("voice", None)
    assert file_of(anna, moment.id) == ["memory", "voice", "note-1", kept]
    assert anna.newest.text in house.catalogue["one-breath"].did


@pytest.mark.parametrize("answered", [None, "onward"])
async def test_the_moment_that_led_here_keeps_the_note(anna: Friend, answered: str | None) -> None:
    await anna.command("help")
    moment_id = await lead(anna, "voice", answered=answered)
    await say(anna, *POINTS)
    await speak(anna, 30)
    assert moments_of(anna)[0].answer == (answered or "voice")
    assert file_of(anna, moment_id) == ["memory", "voice", "note-1", 30]


async def test_the_moment_that_led_here_is_answered_by_done(anna: Friend) -> None:
    await anna.command("help")
    moment_id = await lead(anna, "voice")
    await say(anna, *POINTS, "Done")
    assert (moments_of(anna)[0].answer, file_of(anna, moment_id)) == ("did", None)


async def test_the_points_are_nobodys_to_read(anna: Friend, house: House) -> None:
    await anna.command("voice")
    await say(anna, "secret plan", "secret words", "secret?")
    assert b"secret" not in stored(house)


@pytest.mark.parametrize("answered", [None, "worked"])
async def test_a_line_is_kept_with_its_moment(anna: Friend, house: House, answered: str | None) -> None:
    await anna.command("help")
    await lead(anna, "words", answered=answered)
    assert anna.newest.labels == ["Leave it at that"]
    await anna.send("it rained\nand I laughed")
    (moment,) = moments_of(anna)
    assert (moment.answer, moment.words) == (answered or "words", "it rained\nand I laughed")
    assert anna.newest.text in house.catalogue["one-breath"].did


async def test_a_photo_with_words_is_kept_with_its_moment(anna: Friend) -> None:
    await anna.command("help")
    moment_id = await lead(anna, "words", answered="worked")
    await speak(anna, None, "photo", "the puddle")
    assert file_of(anna, moment_id) == ["memory", "photo", "note-1", None]
    assert moments_of(anna)[0].words == "the puddle"


@pytest.mark.parametrize(
    ("said", "line"),
    [("a line", "That moment is gone, so I kept nothing."), ("Leave it at that", "Thank you.")],
)
async def test_a_line_for_a_moment_that_was_deleted_is_not_kept(
    anna: Friend, house: House, said: str, line: str
) -> None:
    await anna.command("help")
    await lead(anna, "words", answered="worked")
    forget_moments(house)
    await say(anna, said)
    assert (anna.newest.text, position_of(anna)) == (line, None)


async def test_a_line_for_a_practice_that_the_host_took_out_is_kept(anna: Friend, house: House) -> None:
    await anna.command("help")
    await lead(anna, "words", answered="worked")
    anna.house = without(house, "one-breath")
    await anna.send("a line")
    assert (anna.newest.text, moments_of(anna)[0].words) == ("Thank you.", "a line")


async def test_no_line_is_fine_too(anna: Friend) -> None:
    await anna.command("help")
    await lead(anna, "words", answered="worked")
    await anna.tap("Leave it at that")
    assert (moments_of(anna)[0].answer, moments_of(anna)[0].words) == ("worked", None)
    assert position_of(anna) is None


async def test_after_an_hour_words_are_no_line_any_more(anna: Friend, house: House) -> None:
    await anna.command("help")
    await lead(anna, "words", answered="worked")
    await house.pass_time(HOUR + 1)
    await anna.send("hello")
    assert anna.newest.text.startswith("I only know small things")
    assert moments_of(anna)[0].words is None


async def test_a_line_survives_a_death_and_can_be_left(anna: Friend, house: House) -> None:
    await anna.command("help")
    await lead(anna, "words", answered="worked")
    with lives(house) as living:
        anna = await living.go(anna, "a line")
        assert moments_of(anna)[0].words == "a line"
        await lead(anna, "words")
        await anna.command("cancel")
        assert anna.newest.text == LEFT
        assert moments_of(anna)[1].answer is None
