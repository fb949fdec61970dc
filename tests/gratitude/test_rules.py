"""Who may write to whom, and what a sentence may hold."""

from datetime import date

import pytest

from bot.gratitude.rules import (
    A_DAY,
    Fault,
    Plan,
    Receiver,
    Refusal,
    Today,
    Wish,
    comes_at,
    fault_of,
    fault_of_name,
    free_day,
    held_for,
    is_over,
    look_again,
    plan,
    refusal,
    suspends,
)
from bot.schedules.quiet import DayParts, QuietHours
from bot.schedules.zones import instant

NONE = Today(0)
ZONE = "Europe/Berlin"
DAY = date(2026, 11, 18)


def at(clock: str, day: date = DAY) -> int:
    hours, minutes = map(int, clock.split(":"))
    return instant(ZONE, day, hours * 60 + minutes)


def test_a_sentence_may_have_500_characters() -> None:
    assert fault_of("🌱" * 500) is None
    assert fault_of("🌱" * 501) is Fault.LONG
    assert fault_of(" \n ") is Fault.EMPTY
    assert fault_of("word\n" * 100) is None


def test_a_name_is_short_and_only_a_name() -> None:
    assert fault_of_name("Anna-Лена 안나") is None
    assert fault_of_name("A" * 41) is Fault.LONG
    assert fault_of_name("…") is Fault.EMPTY
    assert fault_of_name("Anna anna.example.com") is Fault.CONTACT
    assert fault_of_name("idiot") is Fault.DELICATE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("You idiot", "insult"),
        ("Du bist DUMM, aber nett", "insult"),
        ("fuck\nyou", "insult"),
        ("Without you I want to die", "crisis"),
        ("I can’t go on", "crisis"),
        ("Ich kann nicht mehr weiter", "crisis"),
        ("kill yourself, I want to die", "crisis"),
        ("Skyscraper", None),
        ("Dummy", None),
        ("You help me with my studies", None),
        ("Der dumme Fehler war meiner", None),
        ("Du bist mein Held", None),
        ("i\u200bdiot", "insult"),
        ("thé Scunthorpe choir", None),
    ],
)
def test_a_word_that_hurts_holds_a_sentence(text: str, why: str | None) -> None:
    assert held_for(text) == why


def test_five_a_day_and_one_for_each_receiver() -> None:
    wish = Wish(sender=1, receiver=2, accepted=True)
    assert refusal(wish, Today(A_DAY - 1, {3})) is None
    assert refusal(wish, Today(A_DAY, {3})) is Refusal.ENOUGH
    assert refusal(wish, Today(1, {2})) is Refusal.TODAY
    assert refusal(Wish(sender=1, receiver=None), Today(A_DAY)) is Refusal.ENOUGH


def test_nobody_writes_to_themselves_or_to_strangers_or_while_suspended() -> None:
    assert refusal(Wish(1, 1, accepted=True), NONE) is Refusal.SELF
    assert refusal(Wish(1, 2, accepted=False), NONE) is Refusal.STRANGER
    assert refusal(Wish(1, 2, accepted=True, suspended=True), NONE) is Refusal.SUSPENDED
    assert refusal(Wish(1, None), NONE) is None


def test_a_chain_goes_to_nobody_who_is_on_its_way() -> None:
    assert refusal(Wish(3, 1, accepted=True, way={1, 2, 3}), NONE) is Refusal.RING
    assert refusal(Wish(3, 4, accepted=True, way={1, 2, 3}), NONE) is None


def test_the_next_free_day_is_found() -> None:
    assert free_day(DAY, {"2026-11-18", "2026-11-19"}) == date(2026, 11, 20)
    assert free_day(DAY, {"2026-11-19"}) == DAY


def test_without_quiet_hours_nights_are_left_in_peace() -> None:
    anna = Receiver(ZONE, None, DayParts())
    assert comes_at(anna, at("12:00")) == at("12:00")
    assert comes_at(anna, at("23:00")) == at("8:00", date(2026, 11, 19))
    assert comes_at(anna, at("3:00")) == at("8:00")


def test_quiet_hours_of_ones_own_hold() -> None:
    anna = Receiver(ZONE, QuietHours(12 * 60, 14 * 60), DayParts())
    assert comes_at(anna, at("13:00")) == at("14:00")
    assert comes_at(anna, at("23:00")) == at("23:00")


def test_a_pause_holds_until_its_end() -> None:
    assert comes_at(Receiver(ZONE, None, DayParts(), at("9:00")), at("10:00")) is None
    assert comes_at(Receiver(ZONE, None, DayParts(), at("9:00"), at("11:00")), at("10:00")) == at("11:00")
    assert comes_at(Receiver(ZONE, None, DayParts(), at("9:00"), at("11:00")), at("12:00")) == at("12:00")


def test_a_sentence_lives_seven_days() -> None:
    now = at("12:00")
    lives_until = plan(ZONE, now, ()).lives_until
    assert not is_over(lives_until, now + 7 * 86_400)
    assert is_over(lives_until, now + 7 * 86_400 + 1)


def test_one_that_waits_for_its_day_lives_from_there() -> None:
    found = plan(ZONE, at("12:00"), {"2026-11-18", "2026-11-19"})
    begins = at("0:00", date(2026, 11, 20))
    assert found == Plan(date(2026, 11, 20), begins, begins + 7 * 86_400)


def test_what_cannot_be_brought_is_tried_again_ever_later() -> None:
    assert [look_again(0, now) - now for now in (0, 60, 120, 240, 86_400)] == [60, 60, 120, 240, 3600]


def test_two_different_people_suspend() -> None:
    assert not suspends([1])
    assert not suspends([1, 1])
    assert not suspends([None, None])
    assert suspends([1, 2])
    assert not suspends([None, 2])
    assert suspends([None, 1, 2])
