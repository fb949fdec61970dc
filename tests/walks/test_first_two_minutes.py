"""From hello to the first answered moment, and to the first nudge that arrives by itself."""

from tests.kit.talk import Friend, House

DAY = 86_400


async def test_a_newcomer_is_set_in_four_taps_and_answered_in_eight(anna: Friend) -> None:
    await anna.command("start")
    assert "not a therapist" in anna.newest.text
    for label in ("One slow breath", "Coffee", "8:30", "Yes"):
        await anna.tap(label)
    assert anna.newest.text.startswith("Set: Thu 8:30, Fri 8:30, Mon 8:30.")
    for label in ("Try one now", "🙁", "Did it", "🙂"):
        await anna.tap(label)
    assert anna.newest.text == "A little lighter. Good that you took that moment."
    assert [said.labels for said in anna.inbox if said.labels] == [["↩ Change"]]


async def test_the_nudge_arrives_at_its_minute_names_its_cue_and_is_answered_by_one_tap(
    anna: Friend, house: House
) -> None:
    await anna.sign_up()
    before = len(anna.inbox)
    await house.pass_time(DAY - 5_401)  # Thursday, 8:29:59 in Berlin
    assert len(anna.inbox) == before
    await house.pass_time(1)
    assert anna.newest.nudge
    assert anna.newest.text.startswith("After your coffee:")
    assert anna.newest.labels == ["Calmer", "Same", "Did it", "In 15 min", "Not today", "Smaller"]
    prompt = anna.newest
    await anna.tap("Calmer")
    assert prompt.chosen == "Calmer"
    assert prompt.labels == []
    assert anna.newest.labels == ["😣", "🙁", "😐", "🙂", "😄", "↩ Change"]


async def test_a_nudge_put_off_comes_again_after_fifteen_minutes(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)
    shown = await anna.tap("In 15 min")
    assert shown.toast == "In 15 minutes, then."
    count = len(anna.inbox)
    await house.pass_time(14 * 60)
    assert len(anna.inbox) == count
    await house.pass_time(60)
    assert anna.newest.nudge


async def test_not_today_is_as_good_an_answer_as_the_others(anna: Friend, house: House) -> None:
    await anna.sign_up()
    await house.pass_time(DAY)
    await anna.tap("Not today")
    assert anna.newest.text == "That’s fine. Resting counts too."
    assert anna.newest.labels == ["↩ Change"]


async def test_a_sentence_answers_the_evening_joy(anna: Friend, house: House) -> None:
    await anna.sign_up("A gratitude sentence", "Bed", "22:00")
    await house.pass_time(13 * 3600)
    assert anna.newest.nudge
    prompt = anna.newest
    await anna.send("The first frost on the window")
    assert prompt.labels == []
    assert anna.newest.text in house.catalogue["evening-joy"].did
