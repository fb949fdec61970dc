"""/thanks: what it begins with, and what is done at its end: sent, invited, or kept private."""

from typing import Any

from bot.flows.conversation import start
from bot.flows.effects import CarryThanks, KeepWords
from bot.flows.inviting import show_invitation
from bot.flows.thanks_steps import (
    FAULTS,
    REFUSALS,
    THANKS,
    KeepName,
    KeepPrivate,
    SendThanks,
    ShowPeople,
    first_step,
)
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.gratitude import pass_on
from bot.gratitude.acquaintances import writable
from bot.gratitude.letters import letter
from bot.gratitude.rules import Refusal, fault_of
from bot.nudges import journal, moments
from bot.nudges.moments import Wanted
from bot.people.queries import set_name
from bot.speech import Outgoing, Payload
from bot.texts import N_

PRACTICE = "gratitude-afterglow"
"""Where a sentence that is kept private belongs."""


def give_thanks(
    visit: Visit, *, people: list[dict[str, Any]] | None = None, row: int | None = None, **known: object
) -> None:
    """Begin, with what is known already.

    `parent` (a received link that is passed on), `sentence`, `to` (somebody known) or `to_name` (somebody new),
    `moment` (which it ends). `people` is to whom it may go, where that was looked up before, `row` the acquaintance who
    is `to`. What others are called is not kept in the conversation, but looked up each time.
    """
    refused = pass_on.refusal_of(visit.tx, visit.person, None)
    if refused is not None:
        visit.say(REFUSALS[refused])
        return
    if people is None:
        parent = known.get("parent")
        people = _people(visit, parent if isinstance(parent, int) else None)
    nameless = [{part: one[part] for part in ("row", "id", "refused")} for one in people]
    if row is not None and row not in {one["row"] for one in nameless}:  # met too long ago to be listed
        nameless.append({"row": row, "id": known["to"], "refused": None})
    data = {"people": nameless, "name": visit.person.name, **known}
    if data.get("to") is not None:
        data["to_name"] = None
    step = first_step(data)
    if step is None:
        visit.show(Outgoing(letter(visit.voice, str(data["name"]), str(data["sentence"]))))
    start(visit, THANKS, data, at=step or "whole")


def _people(visit: Visit, parent_id: int | None = None) -> list[dict[str, Any]]:
    """Return whom the person may write to, each with why that is not possible just now."""
    known = writable(visit.tx, visit.person)
    refusals = pass_on.refusals_of(visit.tx, visit.person, {one.other_id: True for one in known}, parent_id)
    return [{"row": one.id, "id": one.other_id, "name": one.name, "refused": refusals[one.other_id]} for one in known]


def _thanks(visit: Visit) -> None:
    give_thanks(visit)


def _carry(visit: Visit, effect: CarryThanks) -> None:
    fault = fault_of(effect.sentence)
    if fault is not None:
        visit.say(FAULTS[fault])
    sentence = None if fault else effect.sentence
    people = _people(visit)
    one = next((p for p in people if effect.to_name and p["name"].casefold() == effect.to_name.casefold()), None)
    to_name = None if one and one["refused"] else effect.to_name
    to = one["id"] if one else None
    give_thanks(visit, sentence=sentence, to=to, to_name=to_name, moment=effect.moment_id, people=people)


def _carry_moment(visit: Visit, payload: Payload) -> None:
    """Send what a person has written for a moment of their own; it stays with the moment, too."""
    entry = journal.find(visit.tx, payload.row, visit.person)
    if entry is None or not entry.words or not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    fault = fault_of(entry.words)
    if fault is not None:
        visit.say(FAULTS[fault])
    give_thanks(visit, sentence=None if fault else " ".join(entry.words.split()), kept=" ".join(entry.words.split()))


# Perform


def _keep_name(visit: Visit, effect: KeepName) -> None:
    set_name(visit.tx, visit.person, effect.name)


def _send(visit: Visit, effect: SendThanks) -> None:
    visit.refresh()
    wanted = effect.sentence
    sent = pass_on.send(visit.tx, visit.person, wanted)
    if isinstance(sent, Refusal):
        line = visit.voice.say(REFUSALS[sent], name=wanted.name)
        if not effect.is_kept:
            _write_down(visit, wanted.text)
        visit.show(Outgoing(f"{line} {visit.voice.say(N_('I keep your sentence with your moments.'))}"))
        return
    if sent.keys is None:
        visit.say(N_("On its way. {name} gets it when their day has room for it."), name=wanted.name)
    else:
        show_invitation(visit, sent.link_id, sent.keys, wanted.name)
    if effect.moment_id is not None:
        visit.perform(KeepWords(effect.moment_id, None, given="did"))


def _keep_private(visit: Visit, effect: KeepPrivate) -> None:
    if not effect.is_kept:
        _write_down(visit, effect.sentence)
    visit.say(N_("Kept for you alone. /moments has it."))
    if effect.moment_id is not None:
        visit.perform(KeepWords(effect.moment_id, None, given="did"))


def _write_down(visit: Visit, sentence: str) -> None:
    """Keep a sentence among the person's moments."""
    moment = moments.begin(visit.tx, visit.person, Wanted(PRACTICE, "none", 0), visit.person.here)
    moments.answer(visit.tx, moment, "words", visit.person, sentence)


def _show_people(visit: Visit, _effect: ShowPeople) -> None:
    visit.book.commands["people"].run(visit)


CHAPTER = Chapter(
    flows=(THANKS,),
    commands={"thanks": Command(N_("A sentence of thanks for somebody"), _thanks, N_("/thanks"))},
    effects={
        CarryThanks: _carry,
        KeepName: _keep_name,
        KeepPrivate: _keep_private,
        SendThanks: _send,
        ShowPeople: _show_people,
    },
    taps={"carry": _carry_moment},
)
