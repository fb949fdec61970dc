"""Do what a flow asked for, inside the unit of work of one visit."""

from collections.abc import Callable
from typing import Any

from bot.flows import own_day, pausing
from bot.flows.closing import finish
from bot.flows.effects import BeginMoment, ChangeCue, ChangePractice, ChangeTime, KeepWords, KeepZone, SetNudge
from bot.flows.visit import Visit
from bot.nudges import moments, queries
from bot.people.queries import set_zone
from bot.schedules.zones import guess_zone


def begin_moment(visit: Visit, key: str, feelings: str | None = None) -> None:
    """Begin a moment and put it before the person."""
    tx, person = visit.tx, visit.person
    practice = visit.catalogue[key]
    turn = moments.count_of(tx, person, key)
    zone = person.zone or guess_zone(person.hinted_zone, person.language)
    moment = moments.begin(tx, person, key, feelings or practice.feelings, zone)
    visit.show(visit.opening(moment, turn), moment_id=moment.id)


def _keep_zone(visit: Visit, effect: KeepZone) -> None:
    set_zone(visit.tx, visit.person.id, effect.zone)
    queries.change_zone(visit.tx, visit.person, effect.zone)


def _begin(visit: Visit, effect: BeginMoment) -> None:
    begin_moment(visit, effect.practice, effect.feelings)


def _set_nudge(visit: Visit, wish: SetNudge) -> dict[str, Any]:
    known = queries.find(visit.tx, wish.nudge_id, visit.person) if wish.nudge_id else None
    if known and not known.removed:
        queries.change_rule(visit.tx, known, wish.rule, wish.zone)
        moments.forget_waiting(visit.tx, visit.person, known.id)
        return {"nudge": known.id}
    grace = visit.catalogue[wish.practice].grace
    new = queries.Wish(wish.practice, wish.rule, wish.zone, grace, wish.cue, wish.cue_words)
    return {"nudge": queries.create(visit.tx, visit.person, new)}


def _change_time(visit: Visit, effect: ChangeTime) -> None:
    nudge = queries.find(visit.tx, effect.nudge_id, visit.person)
    if nudge and not nudge.removed:
        queries.change_rule(visit.tx, nudge, effect.rule, nudge.zone)
        moments.forget_waiting(visit.tx, visit.person, nudge.id)


def _change_cue(visit: Visit, effect: ChangeCue) -> None:
    nudge = queries.find(visit.tx, effect.nudge_id, visit.person)
    if nudge and not nudge.removed:
        queries.change_cue(visit.tx, nudge, visit.person, effect.cue, effect.cue_words)


def _change_practice(visit: Visit, effect: ChangePractice) -> None:
    nudge = queries.find(visit.tx, effect.nudge_id, visit.person)
    if nudge and not nudge.removed:
        queries.change_practice(visit.tx, nudge, effect.practice, visit.catalogue[effect.practice].grace)


def _keep_words(visit: Visit, effect: KeepWords) -> None:
    moment = moments.find(visit.tx, effect.moment_id, visit.person)
    if moment is None:
        return
    if moment.open:
        moments.answer(visit.tx, moment, effect.given, visit.person, effect.words)
    elif effect.words is not None:
        moments.add_words(visit.tx, moment, visit.person, effect.words)
    finish(visit, moment, visit.catalogue[moment.practice].warm(moment.id))


PERFORM: dict[type, Callable[[Visit, Any], dict[str, Any] | None]] = {
    KeepZone: _keep_zone,
    SetNudge: _set_nudge,
    ChangeTime: _change_time,
    ChangeCue: _change_cue,
    ChangePractice: _change_practice,
    BeginMoment: _begin,
    KeepWords: _keep_words,
    **own_day.PERFORM,
    **pausing.PERFORM,
}


def perform(visit: Visit, effect: object) -> dict[str, Any]:
    """Do it, and return what the flow should remember of it."""
    return PERFORM[type(effect)](visit, effect) or {}
