"""What people say about when: every listed phrase means what it should, and what is unclear is never guessed."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedules.grammar_lexicon import LANGUAGES, grammar
from bot.schedules.phrases import LONGEST, Understood, read
from bot.schedules.quiet import DayParts
from bot.schedules.rules import EVERY_DAY, WEEKENDS, Draw, OnDate, Rule, Steps, Times, Weekly
from bot.schedules.times import next_times
from bot.schedules.when import understood_json
from bot.schedules.words import describe

FOLDER = Path(__file__).parent
ZONE = "Europe/Berlin"
NOW = int(datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo(ZONE)).timestamp())


def lines(file: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield language, phrase, kind and what is expected of each line."""
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, phrase, kind, expected = line.split("\t")
            yield language, phrase, kind, expected


def understood(phrase: str, language: str = "en", **changed: object) -> Understood:
    return read(phrase, **{"language": language, "zone": ZONE, "now": NOW, **changed})  # type: ignore[arg-type]


def slots(found: Understood, count: int = 5) -> list[str]:
    return [time.slot for time in next_times(found.rule, ZONE, NOW, count)] if found.rule else []


def means(answer: dict[str, object], kind: str, expected: str) -> bool:
    """Say whether what `pebble when` would print is what a line of the file asks for."""
    following = answer["next"]
    assert isinstance(following, list)
    wanted = expected.split()
    match kind:
        case "recur" | "step":
            return answer["kind"] == "recur" and following == wanted
        case "once":
            return answer["kind"] == "once" and following[0] in expected.split("|")
        case "days":
            return answer["kind"] == "recur" and [slot[:10] for slot in following] == wanted
        case "day":
            day, first, last = wanted
            slot = following[0]
            return answer["kind"] == "once" and slot[:10] == day and int(first) <= int(slot[11:13]) <= int(last)
        case "window":
            return answer["kind"] == "window" and following == [{"from": wanted[0], "to": wanted[1]}]
        case "daily-window":
            hours = [f"{int(hour):02d}:00" for hour in wanted]
            shown = [[window["from"][11:], window["to"][11:]] for window in following]
            return answer["kind"] == "daily-window" and shown == [hours] * 5
        case _:
            return answer["kind"] == kind and following == []


@pytest.mark.parametrize(("language", "phrase", "kind", "expected"), list(lines("phrases.tsv")))
def test_a_phrase_means_what_it_says(language: str, phrase: str, kind: str, expected: str) -> None:
    answer = understood_json(phrase, language, ZONE, NOW)
    assert means(answer, kind, expected), answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_phrases_mean_what_they_say_or_are_asked_about(language: str) -> None:
    wrong = []
    for own, phrase, kind, expected in lines("more_phrases.tsv"):
        found = understood(phrase, own) if own == language else None
        if found and (found.kind, told(found)) != (kind, expected.split()):
            wrong.append((phrase, kind, expected, found.kind, told(found)))
    assert wrong == []


def told(found: Understood) -> list[str]:
    """Return the next times, or from when to when a moment is left to chance, in the form of the file."""
    match found.rule:
        case Rule(OnDate(day), Draw(start, end)):
            return [f"{day}T{minute // 60:02d}:{minute % 60:02d}" for minute in (start, end)]
        case Rule(_, Draw(start, end)):
            return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start, end)]
        case _:
            return slots(found)


def test_there_are_phrases_of_every_language_and_many_that_must_be_asked_about() -> None:
    listed = list(lines("more_phrases.tsv"))
    assert {language for language, *_ in listed} == set(LANGUAGES)
    assert len(listed) >= 150
    assert sum(kind == "none" for _, _, kind, _ in listed) >= 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_understood_is_told_and_read_back(language: str) -> None:
    for own, phrase, _, _ in (*lines("phrases.tsv"), *lines("more_phrases.tsv")):
        found = understood(phrase, own) if own == language else None
        if not found or not found.rule or found.cue:
            continue
        again = understood(describe(found, language), language)
        assert again.rule, phrase
        seedless = [
            replace(rule, minutes=replace(rule.minutes, seed=0)) if isinstance(rule.minutes, Draw) else rule
            for rule in (found.rule, again.rule)
        ]
        assert seedless[0] == seedless[1], phrase


def test_a_bare_hour_is_told_as_a_guess() -> None:
    assert understood("every day at 9").bare_hour
    assert not understood("every day at 9:00").bare_hour
    assert not understood("every day at 9am").bare_hour
    assert not understood("every day at noon").bare_hour


def test_a_bare_hour_is_the_one_near_to_the_time_that_was_offered() -> None:
    evening = understood("8", near=21 * 60)
    assert slots(evening) == ["2026-11-18T20:00"]
    assert not evening.dated
    assert slots(understood("8", near=7 * 60)) == ["2026-11-19T08:00"]


SMALL_HOURS = 6 * 60


def starts(found: Understood) -> list[int]:
    """Return the minutes of the day that were understood; of steps and windows where they begin and end."""
    match found.rule and found.rule.minutes:
        case Times(listed):
            return list(listed)
        case Steps(_, start, end) | Draw(start, end):
            return [start, end]
        case _:
            return []


@pytest.mark.parametrize("near", [9 * 60, 13 * 60, 22 * 60])
@pytest.mark.parametrize("file", ["phrases.tsv", "more_phrases.tsv"])
def test_a_time_that_was_offered_never_moves_what_is_said_into_the_night(file: str, near: int) -> None:
    every = 1 if file == "phrases.tsv" else 4
    for language, phrase, kind, _ in list(lines(file))[::every]:
        if kind not in ("recur", "once", "window", "daily-window", "days", "day"):
            continue
        alone, beside = understood(phrase, language), understood(phrase, language, near=near)
        if starts(alone) != starts(beside):
            assert beside.bare_hour or beside.kind == "none", phrase
        assert not [m for m in starts(beside) if m < SMALL_HOURS and m not in starts(alone)], phrase


@pytest.mark.parametrize("near", [0, 5 * 60, 9 * 60, 12 * 60, 18 * 60, 22 * 60, 23 * 60 + 30])
@pytest.mark.parametrize("hour", range(1, 13))
def test_a_bare_hour_is_a_waking_one_whatever_was_offered(hour: int, near: int) -> None:
    (minute,) = starts(understood(f"every day at {hour}", near=near))
    assert minute % 720 == hour * 60 % 720
    assert SMALL_HOURS <= minute <= 23 * 60


@pytest.mark.parametrize("near", [None, 9 * 60, 14 * 60, 19 * 60, 22 * 60])
@pytest.mark.parametrize(
    ("phrase", "minutes"),
    [
        ("every day at 9 and 5", [540, 1020]),
        ("weekdays at 12 and 6", [720, 1080]),
        ("every day at 8, 12 and 4", [480, 720, 960]),
        ("every 30 minutes between 3 and 5", [900, 1020]),
        ("every hour from 9 to 5", [540, 1020]),
    ],
)
def test_hours_of_a_list_stay_in_order(phrase: str, minutes: list[int], near: int | None) -> None:
    assert starts(understood(phrase, near=near)) == minutes


def test_what_a_clock_shows_is_looked_for_in_the_night_too() -> None:
    assert starts(understood("3", near=200, any_hour=True)) == [180]


@pytest.mark.parametrize(
    ("routine", "language", "phrase", "minute"),
    [
        ("when I get home", "en", "at six", 1080),
        ("wenn ich nach Hause komme", "de", "um 6", 1080),
        ("after breakfast", "de", "um 7", 420),
        ("when I wake up", "en", "at 5", 300),
    ],
)
def test_a_routine_told_before_decides_the_half_of_the_day(
    routine: str, language: str, phrase: str, minute: int
) -> None:
    found = understood(phrase, language, near=13 * 60, routine=routine)
    assert starts(found) == [minute]
    assert not found.bare_hour


def test_days_alone_mean_the_usual_minutes() -> None:
    usual = Steps(60, 540, 1020)
    assert understood("weekends", usual=usual).rule == Rule(Weekly(WEEKENDS), usual)
    assert understood("weekends at 8:30", usual=usual).rule == Rule(Weekly(WEEKENDS), Times((510,)))
    assert understood("monday", usual=usual).kind == "none"
    assert understood("9:15", usual=usual).rule != Rule(Weekly(EVERY_DAY), usual)
    assert understood("weekends").kind == "none"


def test_tonight_said_after_midnight_is_this_very_night() -> None:
    after = NOW - 9 * 3600 - 1800  # 0:30
    for phrase in ("tonight at 2", "tonight at 2am"):
        assert understood(phrase, now=after).rule == Rule(OnDate(date(2026, 11, 18)), Times((120,)))


def test_parts_of_the_day_are_those_of_the_person() -> None:
    late = DayParts(morning=11 * 60, noon=15 * 60, evening=21 * 60, night=23 * 60)
    found = understood("every morning", day_parts=late)
    assert found.rule == Rule(Weekly(EVERY_DAY), Times((11 * 60,)))


def test_digits_of_every_script_and_full_width_forms_are_read() -> None:
    assert (
        slots(understood("٠٧:٣٠")) == slots(understood("７：３０")) == slots(understood("७:३०")) == ["2026-11-19T07:30"]
    )


def test_accents_and_capitals_do_not_matter() -> None:
    assert understood("MANANA A LAS 8", "es") == understood("mañana a las 8", "es")
    assert understood("taeglich um 8", "de") == understood("Täglich um 8", "de")
    assert understood("a partir de amanha todo dia as 9", "pt") == understood("a partir de amanhã todo dia às 9", "pt")


def test_morning_and_tomorrow_are_told_apart() -> None:
    assert understood("morgen um 8", "de").kind == "once"
    assert understood("jeden Morgen um 8", "de").kind == "recur"
    assert understood("mañana a las 8", "es").kind == "once"
    assert understood("cada mañana a las 8", "es").kind == "recur"


def test_two_schedules_in_one_sentence_are_not_mixed() -> None:
    for phrase in ("monday at 8 and wednesday at 9", "weekdays at 8 and weekends at 10", "daily at 8, tomorrow at 9"):
        assert understood(phrase).kind == "none"


def test_a_routine_comes_with_a_time_or_with_days() -> None:
    timed = understood("after my Coffee at 8:30 on weekdays")
    assert timed.cue == "after my Coffee"
    assert slots(timed)[0] == "2026-11-19T08:30"
    days = understood("every weekday after lunch")
    assert (days.kind, days.cue) == ("cue", "after lunch")
    assert describe(days, "en") == "on weekdays, after lunch"


@pytest.mark.parametrize(
    ("phrase", "slot"),
    [
        ("after breakfast at 8", "2026-11-19T08:00"),
        ("after lunch at 2", "2026-11-18T14:00"),
        ("after dinner at 8", "2026-11-18T20:00"),
        ("before bed at 10:30", "2026-11-18T22:30"),
        ("after breakfast at 14:00", "2026-11-18T14:00"),
    ],
)
def test_a_routine_decides_the_half_of_the_day(phrase: str, slot: str) -> None:
    found = understood(phrase)
    assert slots(found) == [slot]
    assert not found.bare_hour


def test_a_routine_of_no_certain_half_does_not_decide_it() -> None:
    assert understood("after my shower at 8").bare_hour
    assert understood("after tea at 6").kind == "none"


def test_a_day_of_the_month_is_one_date_until_somebody_says_every() -> None:
    assert slots(understood("on the 15th at 9")) == ["2026-12-15T09:00"]
    assert slots(understood("on the 18th at 11")) == ["2026-11-18T11:00"]
    assert slots(understood("on the 31st at 9")) == ["2026-12-31T09:00"]
    assert len(slots(understood("every 15th at 9"))) == 5


def test_a_night_is_stepped_through_as_a_list_of_times() -> None:
    night = understood("every 2 hours between 22 and 6")
    assert night.rule == Rule(Weekly(EVERY_DAY), Times((0, 120, 240, 360, 1320)))
    assert understood("every 15 minutes between 10pm and 6am").kind == "none"
    assert understood("every 2 hours between 22 and 6 on mondays").kind == "none"


def test_what_is_unclear_in_ones_own_language_is_not_looked_for_in_others() -> None:
    # To Spaniards it is Tuesday at nine.
    assert understood("9 mar").kind == "none"
    assert understood("antes de las 9", "es").kind == "none"


def test_a_phrase_in_another_language_than_ones_own_is_understood() -> None:
    assert understood("every day at 9", "ru").kind == "recur"
    assert understood("каждый день в 9:00", "it").kind == "recur"
    assert understood("jeden Tag um 9 Uhr", "fr-CA").kind == "recur"


def test_words_that_mean_different_things_in_two_foreign_languages_are_asked_about() -> None:
    assert understood("sab", "it").kind == "none"


STRANGE = (
    *("", " ", "\u200b", "\0", "9 " * 5000, "x" * 10_000, "\ud800", "9\u202e", "every " * 60, "mon " * 90, "and " * 99),
    *("1 and " * 60, "at 9 " * 79, "(" * 400, "٣" * 400, "ﷺ" * 400, "every monday and " * 20, "毎" * 400, "1," * 190),
)


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: ascii(text[:9]))
def test_a_strange_text_is_refused_in_bounded_time(text: str) -> None:
    begun = time.perf_counter()
    assert understood(text).kind == "none" or len(text) < 4
    assert time.perf_counter() - begun < 3
    assert LONGEST < 500


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_no_text_makes_it_fail(text: str, language: str) -> None:
    understood(text, language)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES))
def test_no_jumble_of_its_own_words_makes_it_fail(data: st.DataObject, language: str) -> None:
    known = [*sorted(grammar(language).signs), "9", "8:30", "15", "2026", "31", ",", "-"]
    jumble = " ".join(data.draw(st.lists(st.sampled_from(known), max_size=8)))
    found = understood(jumble, language)
    assert (found.rule is None) == (found.kind in ("none", "cue"))
    assert not found.rule or slots(found, 1)


def test_a_moment_left_to_chance_has_a_seed_of_its_own() -> None:
    one, other = understood("between 2pm and 5pm"), understood("between 2pm and 5pm", now=NOW + 60)
    assert one == understood("between 2pm and 5pm")
    assert one.rule
    assert other.rule
    assert one.rule.minutes != other.rule.minutes


def test_in_an_hour_holds_across_the_leap_of_the_clocks() -> None:
    before = int(datetime(2027, 3, 28, 1, 30, tzinfo=ZoneInfo(ZONE)).timestamp())
    found = understood("in an hour", now=before)
    assert found.rule == Rule(OnDate(date(2027, 3, 28)), Times((3 * 60 + 30,)))


def test_windows_are_told_by_their_first_and_last_minute() -> None:
    answer = understood_json("sometime between 2pm and 5pm", "en", ZONE, NOW)
    assert answer["next"] == [{"from": "2026-11-18T14:00", "to": "2026-11-18T17:00"}]
    assert answer["text"] == "on 18 November at random between 14:00 and 17:00"


def test_what_is_not_understood_gets_a_line_that_says_what_to_try() -> None:
    answer = understood_json("noon-ish", "en", ZONE, NOW)
    assert answer["kind"] == "none"
    assert answer["next"] == []
    assert "weekdays at 8:30" in str(answer["text"])
