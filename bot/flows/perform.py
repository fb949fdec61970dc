"""Do what a flow asked for, inside the unit of work of one visit."""

from typing import Any

from bot.flows.closing import finish
from bot.flows.effects import BeginMoment, ChangeTime, KeepWords, KeepZone, SetNudge
from bot.flows.visit import Visit
from bot.nudges import moments, queries
from bot.people.queries import set_zone
from bot.schedules.zones import guess_zone


def perform(visit: Visit, effect: object) -> dict[str, Any]:
    """Do it, and return what the flow should remember of it."""
    match effect:
        case KeepZone():
            set_zone(visit.tx, visit.person.id, effect.zone)
            queries.change_zone(visit.tx, visit.person, effect.zone)
        case SetNudge():
            return {"nudge": _set_nudge(visit, effect)}
        case ChangeTime():
            _change_time(visit, effect)
        case BeginMoment():
            begin_moment(visit, effect.practice, effect.feelings)
        case KeepWords():
            _keep_words(visit, effect)
        case _:
            raise TypeError(f"no effect {effect!r}")
    return {}


def begin_moment(visit: Visit, key: str, feelings: str | None = None) -> None:
    """Begin a moment and put it before the person."""
    tx, person = visit.tx, visit.person
    practice = visit.catalogue[key]
    turn = moments.count_of(tx, person, key)
    zone = person.zone or guess_zone(person.hinted_zone, person.language)
    moment = moments.begin(tx, person, key, feelings or practice.feelings, zone)
    visit.show(visit.opening(moment, turn), moment_id=moment.id)


def _set_nudge(visit: Visit, wish: SetNudge) -> int:
    known = queries.find(visit.tx, wish.nudge_id, visit.person) if wish.nudge_id else None
    if known and not known.removed:
        queries.change_rule(visit.tx, known, wish.rule, wish.zone)
        moments.forget_waiting(visit.tx, visit.person, known.id)
        return known.id
    grace = visit.catalogue[wish.practice].grace
    return queries.create(
        visit.tx,
        visit.person,
        queries.Wish(wish.practice, wish.rule, wish.zone, grace, wish.cue, wish.cue_words),
    )


def _change_time(visit: Visit, effect: ChangeTime) -> None:
    nudge = queries.find(visit.tx, effect.nudge_id, visit.person)
    if nudge and not nudge.removed:
        queries.change_rule(visit.tx, nudge, effect.rule, nudge.zone)
        moments.forget_waiting(visit.tx, visit.person, nudge.id)


def _keep_words(visit: Visit, effect: KeepWords) -> None:
    moment = moments.find(visit.tx, effect.moment_id, visit.person)
    if moment is None:
        return
    if moment.open:
        moments.answer(visit.tx, moment, effect.given, visit.person, effect.words)
    elif effect.words is not None:
        moments.add_words(visit.tx, moment, visit.person, effect.words)
    finish(visit, moment, visit.catalogue[moment.practice].warm(moment.id))
