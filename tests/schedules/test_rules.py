"""The next time of a rule: strictly later, once each matching local date, whatever the clocks do."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedules.rules import (
    EVERY_DAY,
    WEEKDAYS,
    WEEKENDS,
    Weekly,
    from_dict,
    next_after,
    next_times,
    slot_of,
    to_dict,
)
from bot.schedules.zones import local, zone_names

DAY = 86_400
BEGIN, END = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2021, 2032))

rules = st.builds(
    Weekly,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    minutes=st.lists(st.integers(0, 1439), min_size=1, max_size=4).map(tuple),
)
zones = st.sampled_from(sorted(zone_names()))
times = st.integers(BEGIN, END)


@given(rules)
def test_a_rule_comes_back_from_json_as_it_was(rule: Weekly) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(rule)))) == rule


def test_minutes_are_kept_in_order_and_once() -> None:
    assert Weekly(EVERY_DAY, (600, 30, 600)).minutes == (30, 600)


@pytest.mark.parametrize(
    ("days", "minutes"), [((), (0,)), ((7,), (0,)), ((-1,), (0,)), ((0,), ()), ((0,), (1440,)), ((0,), (-1,))]
)
def test_a_rule_that_could_never_ring_cannot_be_made(days: tuple[int, ...], minutes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a weekly rule needs"):
        Weekly(frozenset(days), minutes)


@pytest.mark.parametrize(
    "stored",
    [{}, {"kind": "lunar"}, {"kind": "weekly"}, {"kind": "weekly", "days": 3, "minutes": [1]}],
)
def test_a_kind_of_rule_that_this_version_does_not_know_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no rule of kind"):
        from_dict(stored)


@settings(max_examples=200, deadline=None)
@given(rule=rules, zone=zones, after=times)
def test_the_next_time_is_strictly_later_and_on_a_day_of_the_rule(rule: Weekly, zone: str, after: int) -> None:
    found = next_after(rule, zone, after)
    assert after < found.at <= after + 9 * DAY
    day, clock = date.fromisoformat(found.slot[:10]), found.slot[11:]
    assert day.weekday() in rule.days
    assert int(clock[:2]) * 60 + int(clock[3:]) in rule.minutes
    again = next_after(rule, zone, found.at)
    assert again.at > found.at
    assert again.slot != found.slot


@settings(max_examples=100, deadline=None)
@given(rule=rules, zone=zones, after=times)
def test_no_time_lies_between_two_next_times(rule: Weekly, zone: str, after: int) -> None:
    first = next_after(rule, zone, after)
    middle = (after + first.at) // 2
    assert next_after(rule, zone, middle) == first
    assert next_after(rule, zone, first.at - 1) == first


def test_the_next_three_times_skip_the_weekend() -> None:
    wednesday = int(datetime(2026, 11, 18, 9, tzinfo=UTC).timestamp())
    found = next_times(Weekly(WEEKDAYS, (510,)), "Europe/Berlin", wednesday, 3)
    assert [time.slot for time in found] == ["2026-11-19T08:30", "2026-11-20T08:30", "2026-11-23T08:30"]


def test_a_slot_keeps_its_name_when_the_clocks_leap_over_it() -> None:
    saturday_noon = int(datetime(2027, 3, 27, 12, tzinfo=UTC).timestamp())
    found = next_after(Weekly(EVERY_DAY, (150,)), "Europe/Berlin", saturday_noon)
    assert found.slot == "2027-03-28T02:30"
    assert local("Europe/Berlin", found.at).isoformat() == "2027-03-28T03:00:00+02:00"


def test_a_nudge_at_half_past_eleven_in_nuuk_is_not_lost_in_the_gap_before_midnight() -> None:
    just_before_midnight = int(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC).timestamp())
    found = next_after(Weekly(WEEKENDS, (1410,)), "America/Nuuk", just_before_midnight)
    assert (found.slot, found.at) == ("2026-03-28T23:30", just_before_midnight + 1)


def test_the_day_that_apia_left_out_rings_as_the_next_one_begins_and_then_as_usual() -> None:
    thursday = int(datetime(2011, 12, 29, 18, 30, tzinfo=UTC).timestamp())  # 8:30 in Apia, ten hours behind
    found = next_times(Weekly(EVERY_DAY, (510,)), "Pacific/Apia", thursday, 3)
    shown = [local("Pacific/Apia", time.at).isoformat()[:16] for time in found]
    assert [time.slot[:10] for time in found] == ["2011-12-30", "2011-12-31", "2012-01-01"]
    assert shown == ["2011-12-31T00:00", "2011-12-31T08:30", "2012-01-01T08:30"]


@cache
def changes() -> dict[str, tuple[int, ...]]:
    """Return the days (UTC midnights) on which clocks change, for one zone of each set of equal changes."""
    found: dict[tuple[tuple[int, timedelta | None], ...], str] = {}
    for zone in sorted(zone_names()):
        offset, shifts = local(zone, BEGIN).utcoffset(), [(0, local(zone, BEGIN).utcoffset())]
        for at in range(BEGIN, END, DAY):
            new = local(zone, at + DAY).utcoffset()
            if new != offset:
                shifts.append((at, new))
                offset = new
        found.setdefault(tuple(shifts), zone)
    return {zone: tuple(at for at, _ in shifts[1:]) for shifts, zone in found.items() if shifts[1:]}


def dates_around(zone: str, at: int) -> Iterator[date]:
    first = local(zone, at).date() - timedelta(days=2)
    return (first + timedelta(days=n) for n in range(6))


@pytest.mark.parametrize(
    ("days", "minute"),
    [
        (EVERY_DAY, 23 * 60 + 30),
        (EVERY_DAY, 0),
        (EVERY_DAY, 15),
        (EVERY_DAY, 90),
        (EVERY_DAY, 2 * 60 + 30),
        (EVERY_DAY, 8 * 60 + 30),
        (WEEKDAYS, 23 * 60 + 30),
        (WEEKENDS, 2 * 60 + 30),
    ],
)
def test_a_rule_rings_once_each_matching_local_date_in_every_zone_at_every_change_of_ten_years(
    days: frozenset[int], minute: int
) -> None:
    rule = Weekly(days, (minute,))
    assert sum(map(len, changes().values())) > 500
    for zone, shifts in changes().items():
        for shift in shifts:
            wanted = [slot_of(day, minute) for day in dates_around(zone, shift) if day.weekday() in days]
            at = shift - 8 * DAY
            rung: list[tuple[int, str]] = []
            while not rung or rung[-1][1] < wanted[-1]:
                following = next_after(rule, zone, at)
                assert following.at > at, (zone, following)
                at = following.at
                rung.append((at, following.slot))
            assert [slot for _, slot in rung if slot >= wanted[0]] == wanted, zone
            for at, slot in rung:
                shown = local(zone, at)
                clock = shown.replace(tzinfo=None).isoformat()[:16]
                # The nominal minute, the first time it is shown; in a gap the leap itself.
                leapt = local(zone, at - 1).replace(tzinfo=None).isoformat()[:16] < slot < clock
                assert leapt or (clock == slot and shown.fold == 0), (zone, slot, shown)
