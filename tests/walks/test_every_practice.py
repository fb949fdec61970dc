"""Every practice, conversed through to its end: each of its taps, its steps, its live phases, its smaller version."""

import pytest

from bot.catalogue import Practice
from bot.catalogue.steps import Wait
from bot.flows.live import LEAD, phases
from bot.nudges.prompts import FACES
from tests.flows.looking import DAY, Kept, moments_of
from tests.kit.talk import CATALOGUE, Friend, House

ALL = list(CATALOGUE)
LIVE = [practice for practice in ALL if practice.live]
STEPS = [
    practice for practice in ALL if practice.steps and not practice.live and practice.answer not in ("face", "voice")
]
TAPS = [
    pytest.param(practice, reply.label, id=f"{practice.key}-{reply.key}")
    for practice in ALL
    for reply in practice.replies
    if not practice.live and reply.when == "always"
]


def key_of(practice: Practice) -> str:
    return practice.key


async def begun(friend: Friend, practice: Practice) -> Kept:
    """Begin a practice and get past its first face, if it asks for one."""
    await friend.begin(practice.title)
    assert friend.newest.nudge
    assert practice.icon in friend.newest.text
    if practice.feelings == "both":
        assert [label for label in friend.newest.labels if label in FACES] == list(FACES)
        await friend.tap("🙂")
    return moments_of(friend)[-1]


async def ended(friend: Friend) -> Kept:
    """Give the last face where it is asked for, and return the moment as it is kept."""
    if "And now?" in friend.newest.text:
        await friend.tap("😄")
    moment = moments_of(friend)[0]
    assert moment.answer is not None
    return moment


@pytest.mark.parametrize("practice", ALL, ids=key_of)
async def test_it_can_be_done_and_is_met_with_a_warm_line(house: House, practice: Practice) -> None:
    anna = house.person("anna")
    await begun(anna, practice)
    if practice.answer == "face":
        await anna.tap("🙂")
        if practice.steps:
            await anna.tap("Done")
        assert (await ended(anna)).before == 4
        return
    await anna.tap("Did it")
    assert any(line in text for line in practice.did for text in anna.said)
    moment = await ended(anna)
    assert (moment.answer, moment.after) == ("did", None if practice.feelings == "none" else 5)


@pytest.mark.parametrize("practice", ALL, ids=key_of)
async def test_not_today_is_one_tap_and_as_good_an_answer(house: House, practice: Practice) -> None:
    anna = house.person("anna")
    await anna.begin(practice.title)
    await anna.tap("Not today")
    assert anna.newest.text == "That’s fine. Resting counts too."
    assert moments_of(anna)[0].answer == "not-today"
    said = len(anna.inbox)
    await house.pass_time(DAY)
    assert len(anna.inbox) == said


@pytest.mark.parametrize(("practice", "label"), TAPS)
async def test_each_own_tap_answers_warmly_and_leads_somewhere(house: House, practice: Practice, label: str) -> None:
    anna = house.person("anna")
    await begun(anna, practice)
    reply = next(r for r in practice.replies if r.label == label)
    await anna.tap(label)
    if reply.then in ("again", "smaller"):
        assert moments_of(anna)[0].answer is None
        return
    assert reply.warm
    assert any(reply.warm in text for text in anna.said)
    if reply.then is None:
        assert (await ended(anna)).answer == reply.key
    else:
        assert moments_of(anna)[0].answer is not None
        assert reply.warm not in anna.newest.text  # it leads on to something of its own


@pytest.mark.parametrize("practice", ALL, ids=key_of)
async def test_words_answer_it_where_words_are_wanted(house: House, practice: Practice) -> None:
    anna = house.person("anna")
    await begun(anna, practice)
    await anna.send("A cup of tea by the window")
    moment = moments_of(anna)[0]
    if practice.answer in ("words", "voice"):
        assert (moment.answer, moment.words) == ("words", "A cup of tea by the window")
    else:
        assert moment.answer is None
        assert anna.newest.text.startswith("I only know small things")


@pytest.mark.parametrize("practice", STEPS, ids=key_of)
async def test_its_steps_are_walked_through_one_after_the_other(house: House, practice: Practice) -> None:
    anna = house.person("anna")
    await begun(anna, practice)
    await anna.tap("Step by step")
    for n, step in enumerate(practice.steps):
        assert anna.newest.text == step.text
        house.clock.forward(1)
        if step.do in ("ask", "choose"):
            await anna.send(f"thing {n}")
        else:
            await anna.tap("Done" if n + 1 == len(practice.steps) else "Next")
    asked = [n for n, step in enumerate(practice.steps) if step.do in ("ask", "choose")]
    assert (await ended(anna)).words == "\n".join(f"thing {n}" for n in asked)


@pytest.mark.parametrize("smaller", [False, True], ids=["whole", "smaller"])
@pytest.mark.parametrize("practice", LIVE, ids=key_of)
async def test_a_live_one_goes_through_its_phases_at_their_real_pace(
    house: House, practice: Practice, smaller: bool
) -> None:
    anna = house.person("anna")
    await begun(anna, practice)
    await anna.tap("Begin")
    if smaller:
        await anna.tap("Shorter")
    exercise = next(said for said in reversed(anna.inbox) if "Stop" in said.labels)
    listed = phases(practice, smaller=smaller)
    waits = [step.seconds for step in (practice.smaller_steps if smaller else practice.steps) if isinstance(step, Wait)]
    assert sum(phase.seconds for phase in listed) == sum(waits) * (1 if smaller else practice.rounds)
    await house.pass_time(LEAD)
    for phase in listed:
        assert phase.text in exercise.text
        await house.pass_time(phase.seconds - 1)
        assert phase.text in exercise.text
        await house.pass_time(1)
    assert exercise.text == f"{practice.icon} {practice.title}"
    assert anna.newest.text == "That was it. Take your time coming back."
    await anna.tap("Did it")
    assert (await ended(anna)).answer == "did"


@pytest.mark.parametrize("practice", [p for p in ALL if p.answer != "face" and p.key != "tiniest-start"], ids=key_of)
async def test_its_smaller_version_is_one_tap_away(house: House, practice: Practice) -> None:
    anna = house.person("anna")
    await begun(anna, practice)
    await anna.tap("Smaller")
    if practice.live:
        assert any(phases(practice, smaller=True)[0].text in text for text in anna.said)
        await anna.tap("Stop")
    else:
        assert anna.newest.text == f"{practice.icon} {practice.smaller}"
        await anna.tap("Did it")
    await ended(anna)


@pytest.mark.parametrize("practice", [p for p in ALL if p.check], ids=key_of)
async def test_what_is_looked_for_all_day_is_asked_about_in_the_evening(house: House, practice: Practice) -> None:
    anna = house.person("anna")
    await begun(anna, practice)
    await anna.tap("I’m in")
    await house.pass_time(DAY // 2)
    assert practice.check
    assert practice.check.text in anna.newest.text
    first = next(reply for reply in practice.replies if reply.when == "check")
    await anna.tap(first.label)
    assert (await ended(anna)).answer == first.key
