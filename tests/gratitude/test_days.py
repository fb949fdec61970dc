"""Five a day, wherever somebody says that they are."""

from collections.abc import Callable
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from bot.gratitude.rules import A_DAY, Left, earliest_counted, end_of_day, today
from bot.schedules.zones import instant, local

HOUR, DAY = 3600, 86_400
BERLIN, EAST, WEST = "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"
ZONES = (
    BERLIN,
    EAST,
    WEST,
    "Pacific/Honolulu",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Fiji",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Etc/UTC",
)
START = instant("Etc/UTC", date(2026, 3, 26), 0)  # Berlin's clocks leap ahead three days later, Lord Howe's fall back

Journey = list[tuple[int, str, int]]
"""Steps: so many minutes pass, then in this zone somebody tries to send so many."""
journeys = st.lists(
    st.tuples(st.integers(0, 30 * 60) | st.integers(0, 70), st.sampled_from(ZONES), st.integers(1, 6)),
    min_size=1,
    max_size=25,
)


def send(left: list[Left], zone: str, now: int) -> bool:
    """Send one if the rule allows it, as the conversation does."""
    day = local(zone, now).date()
    near = [one for one in left if one.day >= earliest_counted(day).isoformat()]
    if today(near, zone, now).count >= A_DAY:
        return False
    left.append(Left(day.isoformat(), end_of_day(day, zone), now))
    return True


def travelled(journey: Journey) -> list[Left]:
    left: list[Left] = []
    now = START
    for minutes, zone, tries in journey:
        now += minutes * 60
        for _ in range(tries):
            send(left, zone, now)
    return left


def most(of: Callable[[Left], object], left: list[Left]) -> int:
    kinds = [of(one) for one in left]
    return max((kinds.count(kind) for kind in kinds), default=0)


@given(journey=journeys)
@example([(659, WEST, 5), (2, WEST, 5), (60, "Pacific/Fiji", 5)])
@example([(570, BERLIN, 5), (90, EAST, 5)])
def test_no_date_has_more_than_five_and_no_journey_makes_room(journey: Journey) -> None:
    left = travelled(journey)
    assert most(lambda one: one.day, left) <= A_DAY
    for one in left:
        window = [other for other in left if one.sent_at - 23 * HOUR < other.sent_at <= one.sent_at]
        assert len(window) <= 2 * A_DAY, "no more than around the midnight of somebody who stays"


@given(journey=journeys, zone=st.sampled_from(ZONES))
def test_by_no_clock_has_a_day_that_is_under_way_more_than_five(journey: Journey, zone: str) -> None:
    left = travelled([*journey, (0, zone, 6)])
    now = START + sum(minutes for minutes, *_ in journey) * 60
    begins = instant(zone, local(zone, now).date(), 0)
    sent_here = [one for one in left if one.day == local(zone, now).date().isoformat() and one.sent_at >= begins]
    assert len(sent_here) <= A_DAY
    assert today(left, zone, now).count >= A_DAY


@given(journey=journeys)
def test_nothing_older_counts_than_what_is_looked_up(journey: Journey) -> None:
    left = travelled(journey)
    now = START + sum(minutes for minutes, *_ in journey) * 60
    for zone in ZONES:
        earliest = earliest_counted(local(zone, now).date()).isoformat()
        near = [one for one in left if one.day >= earliest]
        assert today(near, zone, now) == today(left, zone, now)


@given(minutes=st.lists(st.integers(0, 20 * 60), max_size=20), zone=st.sampled_from(ZONES))
def test_who_stays_has_five_on_every_date(minutes: list[int], zone: str) -> None:
    """The rule for travellers takes nothing from anybody else."""
    left: list[Left] = []
    now = START
    for passed in minutes:
        now += passed * 60
        day = local(zone, now).date().isoformat()
        has_room = sum(one.day == day for one in left) < A_DAY
        assert send(left, zone, now) == has_room


def test_a_new_date_in_the_east_waits_for_midnight_where_one_was() -> None:
    left: list[Left] = []
    assert [send(left, BERLIN, START + 9 * HOUR) for _ in range(6)] == [True] * 5 + [False]
    begun = START + 11 * HOUR  # 27 March in Kiritimati for an hour
    over = end_of_day(date(2026, 3, 26), BERLIN)
    assert [send(left, EAST, at) for at in (begun, over - 1, over)] == [False, False, True]


def test_what_left_within_today_counts_however_its_date_was_called() -> None:
    left: list[Left] = []
    assert [send(left, BERLIN, START + 11 * HOUR) for _ in range(5)] == [True] * 5
    over = START + 34 * HOUR  # 27 March in Kiritimati began before they left, and ends here
    assert [send(left, EAST, at) for at in (over - 1, over)] == [False, True]


def test_a_date_that_comes_twice_has_five_once() -> None:
    left: list[Left] = []
    for _ in range(5):
        assert send(left, EAST, START + 11 * HOUR)  # 27 March, its first hour
    next_day = START + 35 * HOUR  # 27 March in Pago Pago, at midnight
    assert local(WEST, next_day).date() == date(2026, 3, 27)
    assert not send(left, WEST, next_day)
    assert send(left, WEST, next_day + DAY)
