"""A conversation's position outlives the process; one that an upgrade has changed is left kindly."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from bot.schedules.rules import Times
from bot.store.tables import positions
from tests.flows.looking import moments_of, nudges_of, payload, position_of, reopened, without
from tests.kit.talk import Friend, House

OUTDATED = "I’ve changed since we began that, so let’s leave it there. Everything you set is safe. /nudges shows it."


@pytest.fixture
def houses(house: House) -> Iterator[list[House]]:
    """The house, and those that follow it; each is closed at the end."""
    lived = [house]
    yield lived
    for later in lived[1:]:
        later.store.close()


def killed(friend: Friend, houses: list[House]) -> Friend:
    houses.append(reopened(houses[-1]))
    return houses[-1].person(friend.name, zone=friend.zone)


async def test_sign_up_goes_on_after_a_kill_at_every_step(house: House, houses: list[House]) -> None:
    bea = house.person("bea", zone=None)
    await bea.command("start")
    steps = ["One slow breath", "the kettle", "mon wed 7:15", "No", "10:00", "Lagos", "Change", "9:00", "Try one now"]
    for step in [*steps, "😐", "Did it", "🙂"]:
        bea = killed(bea, houses)
        if step in bea.newest.labels:
            await bea.tap(step)
        else:
            await bea.send(step)
    assert bea.newest.text == "A little lighter. Good that you took that moment."
    (nudge,) = nudges_of(bea)
    assert (nudge.cue_words, nudge.zone, nudge.rule.minutes) == ("the kettle", "Africa/Lagos", Times((540,)))
    assert [moment.after for moment in moments_of(bea)] == [4]


async def test_a_walk_goes_on_after_a_kill_at_every_step(house: House, houses: list[House]) -> None:
    anna = house.person("anna")
    await anna.begin("Three senses")
    for step in ("Step by step", "a cup", "Next", "rain", "😄"):
        anna = killed(anna, houses)
        if step in " ".join(anna.newest.labels):
            await anna.tap(step)
        else:
            await anna.send(step)
    (moment,) = moments_of(anna)
    assert (moment.words, moment.after) == ("a cup\nrain", 5)


async def test_a_nudge_comes_after_a_kill_and_once(house: House, houses: list[House]) -> None:
    anna = house.person("anna")
    await anna.sign_up()
    anna = killed(anna, houses)
    await anna.house.pass_time(86_400)
    anna = killed(anna, houses)
    await anna.house.pass_time(3600)
    assert sum(said.nudge for said in anna.inbox) == 1
    await anna.tap("Calmer")
    assert moments_of(anna)[0].answer == "calmer"


GONE = "That practice is no longer here. /now has others."


@pytest.mark.parametrize("answer", ["Next", "rain"])
async def test_a_walk_whose_practice_the_host_took_out_ends_kindly(anna: Friend, house: House, answer: str) -> None:
    await anna.begin("Three senses")
    await anna.tap("Step by step")
    anna.house = without(house, "three-senses")
    await (anna.tap(answer) if answer == "Next" else anna.send(answer))
    assert anna.newest.text == GONE
    assert position_of(anna) is None


@pytest.mark.parametrize("cue", ["Coffee", "the kettle"])
async def test_sign_up_for_a_practice_that_the_host_took_out_ends_kindly(anna: Friend, house: House, cue: str) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    anna.house = without(house, "one-breath")
    await (anna.tap(cue) if cue == "Coffee" else anna.send(cue))
    await anna.tap("8:30")
    await anna.tap("Yes")
    assert anna.newest.text == GONE
    assert nudges_of(anna) == []


async def test_a_nudge_whose_practice_the_host_took_out_can_still_be_seen_and_removed(
    anna: Friend, house: House
) -> None:
    await anna.sign_up()
    await house.pass_time(86_400)
    prompt = anna.newest
    calmer = payload(prompt, "Calmer")
    anna.house = without(house, "one-breath")
    shown = await anna.tap_payload(calmer, prompt.id)
    assert shown.toast == "That button has done its part. /now begins a new moment, /nudges shows what is set."
    await anna.house.pass_time(86_400)
    assert anna.newest is prompt
    await anna.command("nudges")
    await anna.tap("Change time")
    await anna.send("9:00")
    await anna.command("nudges")
    await anna.tap("Remove")
    assert nudges_of(anna) == []


def upgrade(friend: Friend, **changes: object) -> None:
    """Change the stored position, as a newer version of the flows would find it."""
    position = position_of(friend)
    assert position is not None
    friend.house.store.run_now(
        lambda tx: tx.connection.execute(update(positions).where(positions.c.id == position.id).values(**changes))
    )


@pytest.mark.parametrize("changes", [{"version": 0}, {"step": "shoe-size"}, {"flow": "horoscope"}])
@pytest.mark.parametrize("by", ["words", "tap"])
async def test_a_conversation_that_an_upgrade_has_changed_is_left_with_one_kind_line(
    anna: Friend, changes: dict[str, object], by: str
) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    asked = anna.newest
    upgrade(anna, **changes)
    if by == "words":
        await anna.send("the kettle")
    else:
        await anna.tap("Coffee")
        assert asked.labels == []
    assert anna.newest.text == OUTDATED
    assert position_of(anna) is None
    await anna.send("the kettle")
    assert anna.newest.text.startswith("I only know small things")
