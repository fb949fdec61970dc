"""How a moment begins that a person asked for, or that follows another."""

from bot.flows.visit import Visit
from bot.nudges import moments
from bot.nudges.likings import likings_of
from bot.nudges.moments import Moment
from bot.nudges.rules import least_seen
from bot.nudges.wordings import wordings_seen
from bot.speech import Outgoing


def begin_moment(visit: Visit, key: str, *, feelings: str | None = None, after: Moment | None = None) -> Moment:
    """Begin a moment and put it before the person; `after` is the one that led to it."""
    tx, person = visit.tx, visit.person
    practice = visit.catalogue[key]
    liked = likings_of(tx, {person.id}).get((person.id, key), {})
    turn = least_seen(len(practice.prompts), wordings_seen(tx, person, key), liked)
    asked = (feelings or practice.feelings) if person.feelings else "none"
    links = after.following[1:] if after and after.following[:1] == (key,) else ()
    wanted = moments.Wanted(key, asked, turn, after.id if after else None, links)
    moment = moments.begin(tx, person, wanted, person.here)
    visit.show(visit.opening(moment, turn), moment_id=moment.id)
    return moment


def put_anew(visit: Visit, moment: Moment) -> Outgoing:
    """Return the prompt of a moment that comes once more, in a wording that was not seen for long."""
    liked = likings_of(visit.tx, {visit.person.id}).get((visit.person.id, moment.practice), {})
    seen = wordings_seen(visit.tx, visit.person, moment.practice)
    turn = least_seen(len(visit.catalogue[moment.practice].prompts), seen, liked)
    moments.note_wording(visit.tx, moment, turn)
    return visit.opening(moment, turn)
