"""/plan: today and tomorrow at a glance. What is left to chance is told by its window, never by the minute drawn."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from bot.flows.visit import Visit
from bot.nudges import moments, queries
from bot.nudges.rules import leaves_at
from bot.nudges.rung import rung_since
from bot.schedules.quiet import QuietHours
from bot.schedules.rules import Draw, Rule, Times
from bot.schedules.times import Occurrence, next_after
from bot.schedules.zones import instant, local
from bot.speech import Outgoing, Payload
from bot.texts import N_, Voice

MOST_LINES = 12
"""Lines of one day; what comes later is summed up."""

_DAY = 86_400
_EARLIEST = timedelta(days=2)
"""How far a slot's date can lie before today's: zones are up to 26 hours apart."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A nudge that is to come at `at`, or at `count` moments between `at` and `end` (UTC seconds)."""

    at: int
    title: str
    end: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A nudge that brings something: its rule in `zone`, the slots that have rung, and what quiet hours do to it.

    `grace` is how many seconds late it may come.
    """

    rule: Rule
    zone: str
    title: str
    rung: frozenset[str] = frozenset()
    grace: int = 0
    quiet: QuietHours | None = None

    def leaves_at(self, at: int) -> int | None:
        """Return when what is due at `at` leaves (UTC seconds), or None where the quiet hours swallow it."""
        fixed = isinstance(self.rule.minutes, Times)
        following = next_after(self.rule, self.zone, at) if fixed and self.quiet else None
        then = following.at if following else None
        return leaves_at(at, at, self.grace, self.zone, self.quiet, fixed=fixed, following=then)


@dataclass(frozen=True, slots=True)
class Days:
    """Today as the clocks show it in `zone` at `now`, and tomorrow; what comes until `passed` is not told.

    Both in UTC seconds; without `passed` it is now.
    """

    zone: str
    now: int
    passed: int | None = None

    @property
    def after(self) -> int:
        """Return the UTC second after which what comes is told."""
        return self.now if self.passed is None else self.passed

    @property
    def today(self) -> date:
        """Return the local date."""
        return local(self.zone, self.now).date()

    @property
    def tomorrow(self) -> date:
        """Return the local date after it."""
        return self.today + timedelta(days=1)

    @property
    def end(self) -> int:
        """Return the UTC second at which tomorrow is over."""
        return instant(self.zone, self.tomorrow + timedelta(days=1), 0)

    def date_of(self, planned: Planned) -> date:
        """Return the date under which it is told; a window that has begun yesterday goes on today."""
        return max(self.today, local(self.zone, planned.at).date())


def plan(visit: Visit) -> None:
    """Show the person what comes today and tomorrow, by the clocks of their zone."""
    found = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    if not found:
        nothing_set(visit)
        return
    person = visit.person
    zone, now = person.here, visit.tx.now
    days = Days(zone, now)
    if person.paused(now):
        if person.paused_until is None or person.paused_until >= days.end:
            visit.say(N_("Paused; /resume brings it back."))
            return
        # The very second at which a pause ends is no part of it.
        days = Days(zone, now, person.paused_until - 1)
    rung = rung_since(visit.tx, person, days.today - _EARLIEST)
    planned: list[Planned] = []
    for nudge, title in awake(visit, found):
        done = frozenset(slot for nudge_id, slot in rung if nudge_id == nudge.id)
        grace = visit.catalogue[nudge.practice].grace
        planned += coming(Source(nudge.rule, nudge.zone, title, done, grace, person.quiet), days)
    planned += _waiting(visit, days)
    visit.show(Outgoing(told(planned, days, visit.voice)))


def _waiting(visit: Visit, days: Days) -> Iterator[Planned]:
    """Yield the moments that have rung already and come later: put off, or held back by the quiet hours."""
    for one in moments.waiting(visit.tx, visit.person.id):
        practice = visit.catalogue.get(one.practice)
        if practice and days.after < one.at < days.end:
            yield Planned(one.at, f"{practice.icon} {visit.voice.say(practice.title)}")


def nothing_set(visit: Visit) -> None:
    """Say that there is no nudge yet, and offer to choose one."""
    visit.say(
        N_("Nothing is set yet. Shall we choose one tiny moment?"),
        ((visit.button(N_("Choose one"), Payload("menu", 0, "start")),),),
    )


def awake(visit: Visit, nudges: Iterable[queries.Nudge]) -> Iterator[tuple[queries.Nudge, str]]:
    """Yield those that do not rest, each with its title; a practice that is no more in the catalogue rests for good."""
    for nudge in nudges:
        practice = visit.catalogue.get(nudge.practice)
        if practice and nudge.paused_at is None:
            yield nudge, f"{practice.icon} {visit.voice.say(practice.title)}"


def coming(source: Source, days: Days) -> Iterator[Planned]:
    """Yield what a nudge brings from now to the end of tomorrow, after the quiet hours where it waits for their end.

    Moments that are left to chance come as their window, one for each date.
    """
    minutes = source.rule.minutes
    if isinstance(minutes, Draw):
        yield from _windows(source, minutes, days)
    else:
        for occurrence in _occurrences(source, days.after, days.end):
            leaving = source.leaves_at(occurrence.at)
            if leaving is not None:
                yield Planned(leaving, source.title)


def _occurrences(source: Source, after: int, end: int) -> Iterator[Occurrence]:
    found = next_after(source.rule, source.zone, after)
    while found and found.at < end:
        if found.slot not in source.rung:
            yield found
        found = next_after(source.rule, source.zone, found.at)


def _windows(source: Source, draw: Draw, days: Days) -> Iterator[Planned]:
    # Whether a window is told depends on where it begins: by the minute drawn it would give that away.
    drawn = (o for o in _occurrences(source, days.after, days.end + _DAY) if source.leaves_at(o.at) is not None)
    for day, count in Counter(date.fromisoformat(occurrence.slot[:10]) for occurrence in drawn).items():
        start, end = (instant(source.zone, day, minute) for minute in (draw.start, draw.end))
        if start < days.end:
            yield Planned(start, source.title, end, count)


def told(planned: Iterable[Planned], days: Days, voice: Voice) -> str:
    """Return today and tomorrow in words, each with its heading."""
    ordered = sorted(planned, key=lambda p: (p.at, p.end or p.at, p.title))
    parts = []
    for day, heading, empty in (
        (days.today, N_("Today, {date}"), N_("Nothing more today.")),
        (days.tomorrow, N_("Tomorrow, {date}"), N_("Nothing planned.")),
    ):
        lines = [_line(p, days.zone, voice) for p in ordered if days.date_of(p) == day]
        shown = _summed_up(lines, voice) or [voice.say(empty)]
        parts.append("\n".join([voice.say(heading, date=_date(day, voice)), *shown]))
    return "\n\n".join(parts)


def _line(planned: Planned, zone: str, voice: Voice) -> str:
    when = _clock(planned.at, zone, voice)
    if planned.end is not None:
        when = f"{when}–{_clock(planned.end, zone, voice)}"
    often = f" ×{planned.count}" if planned.count > 1 else ""
    return f"{when} {planned.title}{often}"


def _summed_up(lines: list[str], voice: Voice) -> list[str]:
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], voice.count("… and {n} more", "… and {n} more", more)]


def _clock(at: int, zone: str, voice: Voice) -> str:
    shown = local(zone, at)
    return voice.time(shown.hour * 60 + shown.minute)


def _date(day: date, voice: Voice) -> str:
    return format_date(day, voice.say(N_("EEE d MMM")), locale=voice.locale)
