"""Do what a flow asked for, inside the unit of work of one visit."""

from typing import Any

from bot.flows.beginning import begin_moment
from bot.flows.closing import take
from bot.flows.effects import BeginMoment, ChangeCue, ChangePractice, ChangeTime, KeepWords, KeepZone, SetNudge
from bot.flows.visit import Chapter, Visit
from bot.gratitude.pass_on import let_in
from bot.nudges import moments, queries
from bot.people.queries import set_zone
from bot.texts import N_


def _keep_zone(visit: Visit, effect: KeepZone) -> None:
    set_zone(visit.tx, visit.person.id, effect.zone)
    queries.change_zone(visit.tx, visit.person, effect.zone)
    visit.refresh()
    let_in(visit.tx, visit.person)


def _begin(visit: Visit, effect: BeginMoment) -> None:
    begin_moment(visit, effect.practice, feelings=effect.feelings)


def _set_nudge(visit: Visit, wish: SetNudge) -> dict[str, Any]:
    known = queries.find(visit.tx, wish.nudge_id, visit.person) if wish.nudge_id else None
    if known and not known.removed:
        queries.change_rule(visit.tx, known, wish.rule, wish.zone)
        moments.forget_waiting(visit.tx, visit.person, known.id)
        return {"nudge": known.id}
    grace = visit.catalogue[wish.practice].grace
    new = queries.Wish(wish.practice, wish.rule, wish.zone, grace, wish.cue, wish.cue_words, wish.links)
    others = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    nudge_id = queries.create(visit.tx, visit.person, new)
    created = queries.find(visit.tx, nudge_id, visit.person)
    if created and others and all(other.follow_up for other in others):  # as the person has set it for all
        queries.set_follow_up(visit.tx, created, True)
    return {"nudge": nudge_id}


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
    if moment is None:  # deleted meanwhile
        given = effect.words or effect.file
        visit.say(N_("That moment is gone, so I kept nothing.") if given else N_("Thank you."))
        return
    take(visit, moment, effect.given, effect.words, effect.file)


CHAPTER = Chapter(
    effects={
        KeepZone: _keep_zone,
        SetNudge: _set_nudge,
        ChangeTime: _change_time,
        ChangeCue: _change_cue,
        ChangePractice: _change_practice,
        BeginMoment: _begin,
        KeepWords: _keep_words,
    },
)
