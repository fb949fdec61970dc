"""Forms: what opens one, what is asked in it, and what becomes of what was written when the question is over."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.flows.visit import OLD
from bot.schedules.phrases import read
from bot.schedules.rules import EVERY_DAY, WEEKDAYS, WEEKENDS, Times, Weekly
from bot.schedules.words import days_in_words
from bot.speech import Kind
from bot.store.tables import persons
from tests.kit.clock import START
from tests.kit.talk import Friend, House


async def test_a_practice_in_words_is_answered_by_its_form(anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("evening-joy")
    shown = await anna.open_form()
    assert shown.form is not None
    assert [field.long for field in shown.form.fields] == [True]
    await anna.fill(shown.form, "The smell of rain")
    assert not any(said.form for said in anna.inbox), "answered, so nothing opens the form any more"
    await anna.command("moments")
    assert "The smell of rain" in anna.newest.text


async def test_a_schedule_has_a_form_with_days_and_a_time_that_reads_like_a_typed_one(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    await anna.tap("Coffee")
    form = (await anna.open_form()).form
    assert form is not None
    assert form.title == "About what time (weekdays)?"
    days, time = form.fields
    assert days.choices[:4] == ("every day", "on weekdays", "on weekends", "every Monday")
    assert (time.label, time.hint, time.choices) == ("At what time?", "8:30", ())
    await anna.fill(form, "every Monday 7:45")
    await anna.tap("Yes")
    assert "every Monday at 7:45" in anna.newest.text


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("days", [EVERY_DAY, WEEKDAYS, WEEKENDS, *(frozenset({day}) for day in range(7))])
def test_the_days_that_a_form_offers_are_read_back_as_the_same_days(language: str, days: frozenset[int]) -> None:
    said = f"{days_in_words(days, language)} 8:15"
    found = read(said, language=language, zone="Europe/Berlin", now=int(START.timestamp()))
    assert found.rule is not None, said
    assert (found.rule.dates, found.rule.minutes) == (Weekly(days), Times((495,)))


async def test_what_was_written_into_a_form_whose_question_is_over_is_shown_and_not_kept(anna: Friend) -> None:
    await anna.command("start")
    await anna.tap("One slow breath")
    await anna.tap("Coffee")
    form = (await anna.open_form()).form
    await anna.tap("8:30")
    await anna.fill(form, "weekdays 9:00")
    assert anna.newest.text == "That question is over by now, so this was not kept:\n“weekdays 9:00”"
    await anna.tap("Yes")
    assert "at 8:30" in anna.newest.text


async def test_a_form_of_somebody_else_is_over_too(house: House, anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("evening-joy")
    form = (await anna.open_form()).form
    bob = house.person("bob")
    await bob.command("start")
    await bob.fill(form, "mine now?")
    assert "was not kept" in bob.newest.text
    await anna.command("moments")
    assert "mine now?" not in anna.newest.text


async def test_a_forged_form_opens_nothing(anna: Friend) -> None:
    await anna.command("start")
    for payload in ("1:write:1:nowhere", "1:write:999:pick", "1:tell:999:", "1:write:1:pick"):
        shown = await anna.tap_payload(payload, None)
        assert shown.form is None
        assert shown.toast.startswith("That button has done its part.")


async def test_an_empty_or_an_endless_form_gets_a_kind_line_and_the_question_stays_open(anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("evening-joy")
    form = (await anna.open_form()).form
    await anna.fill(form, "\u200b \ufdd0")
    assert anna.newest.text.startswith("That arrived empty.")
    await anna.fill(form, "x" * 4001)
    assert anna.newest.text.startswith("That is more than I can keep")
    await anna.fill(form, "A cup of tea")
    await anna.command("moments")
    assert "A cup of tea" in anna.newest.text


async def test_where_others_are_every_question_for_words_has_a_form(house: House, anna: Friend) -> None:
    event = replace(anna.event(Kind.COMMAND, "zone"), aside=True, via="way")
    await house.receive(event)
    assert anna.newest.form is not None
    await anna.command("zone")
    assert anna.newest.form is None, "in the private chat it can simply be written"


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_form_asks_what_its_message_asks_and_not_what_stands_beside_it(
    house: House, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.flows.conversation.OWN_CLOCK", ("memory",))
    friend = house.person("friend", language=language)
    await house.receive(replace(friend.event(Kind.COMMAND, "zone"), aside=True, via="way"))
    assert len(friend.newest.text.splitlines()) == 2
    form = (await friend.open_form()).form
    assert form is not None
    assert form.title == friend.newest.text.splitlines()[0]


async def test_a_form_that_stood_open_while_everything_was_deleted_makes_nobody_anew(anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("evening-joy")
    form = (await anna.open_form()).form
    await anna.command("delete")
    await anna.tap("Delete everything")
    await anna.tap("Yes, delete it all")
    said = len(anna.inbox)
    shown = await anna.fill(form, "The smell of rain")
    assert shown.toast == OLD
    assert len(anna.inbox) == said
    people = select(func.count()).select_from(persons)
    assert anna.house.store.run_now(lambda tx: tx.connection.scalar(people)) == 0
