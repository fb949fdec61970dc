"""What Pebble was asked to bring: every practice as it was wished for, and every manner with a test that proves it.

The lists are written out here, not read from the catalogue: a practice that is lost is missed.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.catalogue import Practice, load_catalogue
from bot.catalogue.steps import Choose

ROOT = Path(__file__).parents[2]
CATALOGUE = load_catalogue()

# key | source | seconds ("-": not named) | answer | rhythm ("*": any) | hours with one of its times, or all | own taps
ASKED = """
one-breath | 000 | 10 | tap | daily | 7:00-10:00 | Calmer, Same
three-senses | 000 | 30 | tap | * | 12:00-18:00 | Grounded, Again
eye-contact | 000 | 5 | tap | * | 11:00-14:00 | Smiled, They smiled back
evening-joy | 000 | 60 | words | daily | all 20:00-22:00 |
carry-item | 000 | 10 | words | on-demand | | Held it
pause-first | 000 | 10 | tap | on-demand | | Paused, Reacted
stress-stop | 000 | 10 | tap | random | 12:00-18:00 | Noticed
good-right-now | 001 | 20 | tap | random | | See, Hear, Taste, People, None yet
evening-journal | 001 | 120 | words | daily | 21:00-21:00 | Add another, Enough
savour | 001 | 20 | tap | * | 6:00-11:00 | Savoured
tiny-connection | 001 | 60 | tap | * | 12:00-18:00 | It happened, I started it
small-finish | 001 | 120 | tap | * | 15:30-19:00 | Crossed off, Solved, Tidied
make-joy | 001 | 180 | tap | * | 17:00-17:00 | Candle, Song, My own
kind-message | 001 | 60 | tap | * | 9:00-18:00 | Sent, Help me write
undivided | 001 | 60 | tap | * | 6:30-9:30 11:30-14:00 21:00-23:59 | Present, Drifted
shoulders | 001 | 15 | tap | * | 12:00-18:00 | Softer, Same
urge-wave | 001 | 90 | tap | on-demand | | Passed, Still here, Help
calm-proof | 001 | 20 | words | * | | Keep as proof
one-good-thing | 001 | 20 | words | * | | One, None
doorway-pause | 002 | 5 | tap | * | 8:00-10:00 | Notice, Listen, Encourage
gratitude-afterglow | 002 | 60 | words | * | 18:00-22:00 |
morning-check-in | 002 | 10 | face | daily | 8:00-8:00 |
shared-stretch | 002 | 60 | tap | * | 8:00-15:00 | Stretched
nightly-gratitude | 002 | 60 | words | daily | 21:00-21:00 |
announce-reply | 002 | 20 | tap | * | 9:00-17:00 | Tried it
tone-check | 002 | 20 | tap | * | 9:00-17:00 | Used it
voice-note | 002 | 60 | voice | weekly | |
noticing-sparks | 002 | 20 | tap | * | 11:00-14:00 | Spotted
warm-signal | 002 | 5 | tap | * | 12:00-18:00 | Gave, Got
lend-calm | 002 | 10 | tap | * | 8:00-15:00 | They eased, Not sure
tiny-bridge | 002 | 10 | tap | * | 9:00-17:00 | Bridged
kindness-outside | 002 | 60 | tap | weekly | | Did, Saw one
right-second | 002 | 60 | tap | random | | Sent, Shared a laugh
one-experiment | 002 | 60 | tap | * | 6:00-10:00 | Worked, Meh, Share
how-am-i | 003 | 60 | face | * | |
three-gratitudes | 003 | 120 | words | daily | all 20:00-22:00 | Enough
box-breathing | 003 | 48 | tap | on-demand | | Again, Stop
say-no | 003 | - | tap | * | 9:00-9:00 | Said no, No need today
morning-sun | 003 | 300 | tap | * | 6:00-9:00 | Outside, At the window
sip-water | 003 | 30 | tap | on-demand | | Sipped
mirror-words | 003 | 20 | tap | * | 6:00-10:00 | Said it, Change words
body-scan | 003 | 300 | tap | * | 21:00-23:59 | Next, Falling asleep
three-minute-breath | 003 | 180 | tap | * | |
one-line | 003 | 30 | words | * | 18:00-23:00 |
safe-moment | 003 | 30 | words | daily | 18:00-23:00 | None today
mindful-five | 003 | 300 | tap | daily | | Shorter, Done
shoes-on | 003 | 10 | tap | * | | Shoes on, Resting
first-motion | 004 | 60 | tap | * | 6:00-11:00 | Start
tiniest-start | 004 | 120 | tap | * | | Smaller, OK
one-corner | 004 | 120 | tap | * | |
breath-then-step | 004 | 30 | tap | on-demand | | Breathe, Shrink
long-goal-piece | 004 | 600 | tap | weekly | | Piece done
kept-promise | 003 | 10 | tap | * | 18:00-22:00 | Kept, Rest
colours-around | 004 | 20 | tap | weekly | | Tried it
other-shoes | 004 | 60 | tap | weekly | | Tried it
"""

LIVE = ("body-scan", "box-breathing", "mindful-five", "shared-stretch", "three-minute-breath", "urge-wave")
"""Practices that are guided by a message that changes at their pace."""

UNDER_EACH = frozenset(("stop", "shorter"))
"""Taps that stand under every live practice, whatever its pack says; tests/flows/test_live.py taps them."""

CHECKED = {"say-no": 18 * 60, "one-experiment": 19 * 60}
"""Practices that ask again the same day, and when (minutes of the day)."""

KEPT = {
    "carry-item": "item",
    "calm-proof": "proof",
    "safe-moment": "safe",
    "mirror-words": "mirror",
    "long-goal-piece": "goal",
}
"""Practices of which something is kept to be shown again, and the shelf."""

HARD_DAYS = ("one-good-thing", "shoes-on", "one-breath", "shoulders", "sip-water")
"""Practices that suit a hard day as they are."""


@dataclass(frozen=True)
class Wish:
    """One line of what was asked for."""

    key: str
    source: str
    seconds: int | None
    answer: str
    rhythm: str
    hours: tuple[tuple[int, int], ...]
    all_within: bool
    taps: frozenset[str]


def wish(line: str) -> Wish:
    key, source, seconds, answer, rhythm, hours, taps = (part.strip() for part in line.split("|"))
    spans = [tuple(map(minute, span.split("-"))) for span in hours.removeprefix("all").split()]
    return Wish(
        key=key,
        source=source,
        seconds=None if seconds == "-" else int(seconds),
        answer=answer,
        rhythm=rhythm,
        hours=tuple((start, end) for start, end in spans),
        all_within=hours.startswith("all"),
        taps=frozenset(tap.strip().casefold() for tap in taps.split(",") if tap.strip()),
    )


def minute(clock: str) -> int:
    hour, minutes = clock.split(":")
    return int(hour) * 60 + int(minutes)


WISHES = [wish(line) for line in ASKED.strip().splitlines()]


def found(asked: Wish) -> Practice:
    assert asked.key in CATALOGUE, f"{asked.key} is not in the catalogue"
    return CATALOGUE[asked.key]


def test_fifty_five_practices_were_asked_for_and_are_all_there() -> None:
    assert len({asked.key for asked in WISHES}) == 55
    missing = [asked.key for asked in WISHES if asked.key not in CATALOGUE]
    assert missing == []


@pytest.mark.parametrize("asked", WISHES, ids=lambda asked: asked.key)
def test_a_practice_is_as_it_was_asked_for(asked: Wish) -> None:
    practice = found(asked)
    assert practice.source == asked.source
    assert asked.seconds in (None, practice.seconds)
    assert practice.answer == asked.answer
    assert asked.rhythm in ("*", practice.rhythm)
    for start, end in asked.hours:
        assert any(start <= one <= end for one in practice.minutes)
        assert not asked.all_within or all(start <= one <= end for one in practice.minutes)
    taps = {reply.label.casefold() for reply in practice.replies}
    assert asked.taps <= (taps | UNDER_EACH if practice.live else taps)


@pytest.mark.parametrize("key", LIVE)
def test_a_live_practice_lasts_as_long_as_it_says(key: str) -> None:
    practice = CATALOGUE[key]
    assert practice.live
    assert practice.smaller_steps
    waits = [step.seconds for step in practice.steps if step.do == "wait"]
    assert sum(waits) * practice.rounds == practice.seconds
    assert min(waits) >= 4


def test_what_is_kept_asked_again_or_chosen_is_there() -> None:
    shelves = {practice.key: practice.keeps for practice in CATALOGUE if practice.keeps}
    assert shelves == KEPT
    assert {practice.key: practice.check.at for practice in CATALOGUE if practice.check} == CHECKED
    assert any(isinstance(step, Choose) and step.own_words for step in CATALOGUE["one-corner"].steps)
    assert any(isinstance(step, Choose) for step in CATALOGUE["how-am-i"].steps)
    assert [step.do for step in CATALOGUE["three-senses"].steps] == ["ask"] * 3
    assert [step.do for step in CATALOGUE["three-gratitudes"].steps] == ["ask"] * 3
    assert any(step.do == "voice" and step.seconds <= 60 for step in CATALOGUE["voice-note"].steps)


def test_small_asks_suit_a_hard_day() -> None:
    assert [key for key in HARD_DAYS if not CATALOGUE[key].hard_day] == []


MANNERS: dict[str, tuple[str, ...]] = {
    "one habit first": (
        "tests/flows/test_adding.py::test_one_is_plenty_to_begin_with",
        "tests/flows/test_afterwards.py::test_a_second_habit_is_offered_once_after_five_moments",
        "tests/flows/test_adding.py::test_a_swap_keeps_the_times",
    ),
    "ride on a routine": (
        "tests/flows/test_sign_up.py::test_a_cue_of_ones_own_stands_above_the_prompt",
        "tests/walks/test_first_two_minutes.py::test_the_nudge_arrives_at_its_minute_names_its_cue_and_is_answered_by_one_tap",
    ),
    "feeling, not only completion": (
        "tests/flows/test_moments.py::test_better_is_met_warmly_and_same_or_worse_with_thanks_for_the_honesty",
        "tests/flows/test_settings_menu.py::test_without_faces_nobody_is_asked_how_it_feels",
    ),
    "consistency, not perfection": (
        "tests/flows/test_afterwards.py::test_who_comes_back_after_a_while_is_welcome_and_nothing_is_counted_up",
        "tests/walks/test_every_text.py::test_no_text_speaks_of_guilt_streaks_or_pressure",
        "tests/texts/test_german.py::test_no_german_text_speaks_of_guilt_streaks_or_pressure_or_cheers",
    ),
    "celebrate small wins": (
        "tests/flows/test_afterwards.py::test_the_week_is_counted_in_moments_and_at_most_once_a_week",
        "tests/flows/test_moments.py::test_after_a_low_face_an_own_tap_does_not_cheer_either",
    ),
    "link the next win": (
        "tests/flows/test_afterwards.py::test_one_further_tiny_thing_is_offered_and_may_be_left",
        "tests/flows/test_afterwards.py::test_a_chain_that_went_well_can_be_kept_and_comes_as_one",
        "tests/flows/test_afterwards.py::test_on_a_gentle_day_a_kept_chain_is_shorter",
    ),
    "shrink": (
        "tests/flows/test_afterwards.py::test_every_practice_has_a_smaller_version_behind_one_tap",
        "tests/flows/test_live.py::test_a_shorter_version_is_one_tap_away",
    ),
    "long goal": ("tests/flows/test_long_goal.py::test_a_long_way_is_asked_for_in_pieces",),
    "identity line": ("tests/flows/test_afterwards.py::test_the_month_is_told_as_a_sentence_that_can_be_edited",),
    "no punishment": (
        "tests/nudges/test_own_day.py::test_after_a_quiet_week_one_question_comes_in_place_of_the_nudge_and_only_once",
        "tests/flows/test_pausing.py::test_rest_after_a_quiet_week_pauses_with_a_warm_line",
    ),
    "variety": (
        "tests/flows/test_moments.py::test_the_wording_is_another_each_time",
        "tests/walks/test_every_text.py::test_first_week_of_two_people_side_by_side",
        "tests/flows/test_afterwards.py::test_a_wording_that_is_liked_less_stays_away",
    ),
    "frequency over intensity": (
        "tests/flows/test_afterwards.py::test_the_week_is_counted_in_moments_and_at_most_once_a_week",
    ),
    "deposit jar, looking back": (
        "tests/flows/test_jar.py::test_now_and_then_one_comes_by_itself_from_earlier_days_only",
        "tests/flows/test_jar.py::test_a_hidden_one_stays_away",
        "tests/flows/test_jar.py::test_moments_of_a_hard_day_stay_away",
    ),
    "hard days": (
        "tests/flows/test_afterwards.py::test_after_a_low_face_there_is_no_cheering_and_nothing_more_is_asked",
        "tests/flows/test_afterwards.py::test_on_a_gentle_day_a_nudge_asks_only_for_the_smaller_version",
        "tests/flows/test_afterwards.py::test_after_several_low_days_people_are_named_once_and_nothing_is_asked",
    ),
    "trust through kept times": (
        "tests/walks/test_first_two_minutes.py::test_the_nudge_arrives_at_its_minute_names_its_cue_and_is_answered_by_one_tap",
        "tests/flows/test_afterwards.py::test_a_time_can_be_kept_or_moved_once_a_week",
    ),
    "same slot, no choosing": ("tests/walks/test_every_text.py::test_first_week_of_two_people_side_by_side",),
    "in control": (
        "tests/flows/test_moments.py::test_a_few_seconds_takes_the_short_practice_that_was_not_met_for_longest",
        "tests/flows/test_moments.py::test_a_minute_goes_around_the_longer_ones",
        "tests/flows/test_now.py::test_the_one_that_fits_suits_the_hour",
    ),
    "not therapy": (
        "tests/walks/test_first_two_minutes.py::test_a_newcomer_is_set_in_four_taps_and_answered_in_eight",
        "tests/walks/test_in_german.py::test_help_names_people_who_listen",
        "tests/flows/test_shelves.py::test_somebody_to_call_is_kept_in_one_line",
    ),
    "invitation, not interruption": (
        "tests/flows/test_own_day.py::test_an_early_nudge_waits_for_the_end_of_the_quiet_hours",
        "tests/flows/test_pausing.py::test_a_pause_withdraws_what_waits",
        "tests/chats/test_telegram_send.py::test_a_message_makes_a_sound_unless_it_is_to_be_silent",
    ),
    "quick acknowledgement": (
        "tests/flows/test_acknowledge.py::test_a_ready_line_with_a_time_stands_alone",
        "tests/flows/test_acknowledge.py::test_a_reminder_comes_once_under_words_of_ones_own",
    ),
    "repair": (
        "tests/flows/test_repair.py::test_three_sentences_become_one_message",
        "tests/flows/test_repair.py::test_a_draft_is_kept_for_later_whatever_comes_between",
    ),
    "voice-note coach": (
        "tests/flows/test_coach.py::test_three_points_and_a_note_of_under_a_minute",
        "tests/flows/test_coach.py::test_a_long_note_is_met_honestly_and_recorded_once_more",
    ),
    "shrink a task": ("tests/flows/test_shrink.py::test_a_task_is_made_smaller_until_it_will_do",),
    "experiment of the day": (
        "tests/flows/test_afterwards.py::test_a_practice_with_a_check_asks_in_the_morning_and_in_the_evening",
    ),
    "urge, anxiety, overwhelm": (
        "tests/flows/test_now.py::test_when_it_is_hard_one_tap_more_begins_what_helps",
        "tests/flows/test_shelves.py::test_what_was_answered_to_a_keeping_practice_is_there_under_stress",
    ),
    "own practice": (
        "tests/flows/test_own_practice.py::test_a_practice_is_seen_before_it_is_kept",
        "tests/flows/test_own_practice.py::test_it_comes_at_a_time_of_its_own",
    ),
    "by tap, text, voice or photo": (
        "tests/chats/test_telegram_files.py::test_a_note_is_kept_however_long_or_large_because_only_its_id_and_length_are",
        "tests/flows/test_jar.py::test_a_photo_comes_back_with_its_words",
    ),
    "guided live": (
        "tests/flows/test_live.py::test_one_message_goes_through_all_phases_at_the_real_pace",
        "tests/flows/test_live.py::test_it_goes_on_after_a_restart_with_the_phase_that_is_now",
    ),
    "a slip can be mended": (
        "tests/flows/test_afterwards.py::test_a_slip_is_mended_while_its_answer_is_the_newest_message",
    ),
}
"""Manners that hold everywhere, and exchanges that a person starts, each with the tests that prove it."""


@pytest.mark.parametrize("manner", MANNERS)
def test_each_manner_is_proven_by_a_test_that_is_there(manner: str) -> None:
    for proof in MANNERS[manner]:
        path, _, name = proof.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names, f"{path} has no {name}"
