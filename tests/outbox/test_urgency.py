"""How urgent a job is: one number in place of three columns."""

from hypothesis import given
from hypothesis import strategies as st

from bot.outbox.states import Priority
from bot.outbox.urgency import SINCE, urgency

times = st.integers(SINCE, SINCE + 30 * 365 * 86_400)
any_time = st.one_of(st.just(0), times, st.integers(0, 2**40))


@given(any_time, any_time, any_time)
def test_answers_are_more_urgent_than_thanks_and_these_than_nudges(one: int, other: int, third: int) -> None:
    answer, thanks = urgency(Priority.REPLY, one, other), urgency(Priority.THANKS, other, third)
    assert answer > thanks > urgency(Priority.NUDGE, third, one)


@given(times, times, any_time)
def test_of_answers_the_one_whose_time_came_first_is_the_most_urgent(one: int, other: int, deadline: int) -> None:
    assert (urgency(Priority.REPLY, one, deadline) > urgency(Priority.REPLY, other, deadline)) == (one < other)


@given(times, times, any_time)
def test_of_nudges_the_one_that_is_too_late_the_soonest_is_the_most_urgent(one: int, other: int, at: int) -> None:
    assert (urgency(Priority.NUDGE, at, one) > urgency(Priority.NUDGE, at, other)) == (one < other)


@given(st.sampled_from(Priority), any_time, any_time)
def test_it_fits_into_an_integer_of_postgresql(priority: Priority, not_before: int, deadline: int) -> None:
    assert -(2**31) <= urgency(priority, not_before, deadline) < 2**31


@given(times, times)
def test_parts_of_a_file_come_before_whole_ones_and_these_in_the_order_of_the_wishes(one: int, other: int) -> None:
    assert urgency(Priority.PART, 0, one) > urgency(Priority.FILE, 0, other)
    assert (urgency(Priority.FILE, 0, one) > urgency(Priority.FILE, 0, other)) == (one < other)


def test_at_once_is_the_most_urgent() -> None:
    assert urgency(Priority.REPLY, 0, 0) > urgency(Priority.REPLY, SINCE + 1, 0)
