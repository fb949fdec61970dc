"""After a moment: one further tiny thing, a chain of them to be saved, a slip to be mended. Nothing of it has to be."""

from collections.abc import Mapping
from typing import Any

from bot.catalogue import Practice
from bot.flows.beginning import begin_moment
from bot.flows.conversation import start
from bot.flows.effects import SetNudge
from bot.flows.engine import Ask, Flow, Scene, Turn
from bot.flows.postscripts import add_one, offer_help
from bot.flows.visit import OLD, Chapter, Visit
from bot.flows.when import set_step, when_steps
from bot.nudges import moments, queries
from bot.nudges.moments import LOW, Moment
from bot.nudges.prompts import faces, slip_button
from bot.outbox import bodies
from bot.outbox.states import DAY
from bot.people.queries import note_low
from bot.schedules.rules import EVERY_DAY, Rule, Times, Weekly, to_dict
from bot.schedules.zones import local
from bot.speech import Button, Outgoing, Payload
from bot.texts import N_

LONGEST_CHAIN = 5
"""Practices of one chain: a chain is a handful of small things."""
ONE_GOOD_THING = "one-good-thing"
WRITTEN, MET = "gratitude-afterglow", "right-second"
"""Practices after which thanks may travel: one whose words are a sentence for somebody, one about who comes to mind."""


def follow(visit: Visit, moment: Moment, line: str, *, slip: str) -> None:
    """Say the line that ends a moment, and offer what may follow; `slip` says what a tap can still change."""
    gentle = visit.gentle_today()
    back = ((slip_button(visit.voice, moment.id, slip),),) if slip else ()
    if moment.following and not gentle:
        # A chain that was saved goes on by itself: there is nothing to choose.
        visit.show(Outgoing(line, back), moment_id=moment.id)
        _go_on(visit, moment, moment.following[0])
        return
    if _low(moment):
        visit.show(Outgoing(line, (*_small_comfort(visit, moment), *back)), moment_id=moment.id)
        offer_help(visit)
        return
    if moment.following:
        line = f"{line} {visit.voice.say(N_('The rest of the chain can rest today.'))}"
    coming = None if gentle or moment.following else _next_one(visit, moment)
    onward = (_onward(visit, moment, coming),) if coming else ()
    visit.show(Outgoing(line, (*carrying(visit, moment), *onward, *back)), moment_id=moment.id)
    if not gentle:
        add_one(visit, moment)


def carrying(visit: Visit, moment: Moment) -> tuple[tuple[Button, ...], ...]:
    """Return the way to carry thanks to somebody, after a practice that is about them."""
    if moment.practice == WRITTEN:
        answered = moments.find(visit.tx, moment.id, visit.person)
        if answered is None or answered.answer != "words":
            return ()
        return ((visit.button(N_("Send through Pebble"), Payload("carry", moment.id)),),)
    return ((visit.button(N_("Thank somebody"), Payload("menu", 0, "thanks")),),) if moment.practice == MET else ()


def _low(moment: Moment) -> bool:
    face = moment.after if moment.after is not None else moment.before
    return face is not None and face <= LOW


def _small_comfort(visit: Visit, moment: Moment) -> tuple[tuple[Button, ...], ...]:
    """Return the way to something tiny, where the day is a hard one."""
    if ONE_GOOD_THING not in visit.catalogue or moment.practice == ONE_GOOD_THING:
        return ()
    small = visit.button(N_("One small good thing"), Payload("now", 0, ONE_GOOD_THING))
    return ((small, visit.button(N_("Enough for now"), Payload("enough", moment.id))),)


def _next_one(visit: Visit, moment: Moment) -> Practice | None:
    """Return the practice that may follow: a short one that links on and has not been part of this chain."""
    chain = moments.chain_of(visit.tx, visit.person, moment)
    if len(chain) >= LONGEST_CHAIN:
        return None
    links = visit.catalogue[moment.practice].next
    found = [visit.catalogue[key] for key in links if key in visit.catalogue and key not in chain]
    return found[0] if found else None


def _onward(visit: Visit, moment: Moment, coming: Practice) -> tuple[Button, ...]:
    label = f"{coming.icon} {visit.voice.say(coming.title)}"
    onward = Button(label, str(Payload("next", moment.id, coming.key)))
    return onward, visit.button(N_("Enough"), Payload("enough", moment.id))


def _go_on(visit: Visit, moment: Moment, key: str) -> None:
    if key in visit.catalogue:
        begin_moment(visit, key, after=moment)


def _next(visit: Visit, moment: Moment, key: str) -> None:
    _go_on(visit, moment, key)


def _enough(visit: Visit, moment: Moment, _choice: str) -> None:
    """Leave it at that; what was done one after the other can be kept as a chain."""
    chain = moments.chain_of(visit.tx, visit.person, moment)
    if (
        visit.gentle_today()
        or len(chain) < 2
        or any(key not in visit.catalogue for key in chain)
        or _is_saved(visit, chain)
    ):
        visit.toast = visit.voice.say(N_("Enough it is."))
        return
    titles = " → ".join(visit.voice.say(visit.catalogue[key].title) for key in chain)
    row = (
        visit.button(N_("Keep as a chain"), Payload("chain", moment.id)),
        visit.button(N_("No, thanks"), Payload("unchained", moment.id)),
    )
    visit.say(
        N_("That went well together: {titles}. Shall they come as one, at an hour you choose?"), (row,), titles=titles
    )


def _is_saved(visit: Visit, chain: list[str]) -> bool:
    mine = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    return any([nudge.practice, *nudge.links] == chain for nudge in mine)


def _unchained(visit: Visit, _moment: Moment, _choice: str) -> None:
    visit.toast = visit.voice.say(N_("Enough it is."))


def _save_chain(visit: Visit, moment: Moment, _choice: str) -> None:
    if queries.count_of(visit.tx, visit.person) >= queries.MOST:
        visit.say(queries.FULL)
        return
    first, *rest = moments.chain_of(visit.tx, visit.person, moment)
    here = local(visit.person.here, visit.tx.now)
    start(visit, CHAIN, {"practice": first, "links": rest, "minute": here.hour * 60 + here.minute // 15 * 15})


def _usual(scene: Scene) -> Rule:
    return Rule(Weekly(EVERY_DAY), Times((scene.data["minute"],)))


def _ask_time(scene: Scene) -> Ask:
    now = (scene.voice.time(scene.data["minute"]), str(scene.data["minute"]))
    return Ask(scene.voice.say(N_("When shall the chain come? Tap, or type it: “weekdays 8:30”.")), ((now,),))


def _set_chain(scene: Scene, rule: Rule, learned: Mapping[str, Any]) -> Turn:
    links, zone = tuple(scene.data["links"]), scene.zone or scene.guessed_zone
    wish = SetNudge(scene.data["practice"], rule, zone, None, None, scene.data.get("nudge"), links)
    return Turn("set", {**learned, "rule": to_dict(rule), "zone": zone}, (wish,))


CHAIN = Flow(
    "chain",
    version=1,
    steps=(*when_steps(_ask_time, _usual, _set_chain), set_step(_set_chain)),
    lapses=DAY,
)


def _mend_slip(visit: Visit, payload: Payload) -> None:
    """Ask once more what a tap has answered by mistake, as long as nothing else has been said since."""
    moment, tapped, what = moments.find(visit.tx, payload.row, visit.person), visit.tapped_row(), payload.choice
    if moment is None or what not in SLIPS or moment.practice not in visit.catalogue:
        visit.toast = visit.voice.say(OLD)
        return
    if tapped is None or not bodies.is_newest(visit.tx, visit.person.address_id, tapped):
        visit.toast = visit.voice.say(N_("That is a while ago now. /moments lets you look at it."))
        return
    if not visit.settle():
        return
    moments.take_back(visit.tx, moment, SLIPS[what])
    if what != "answer" and visit.gentle_today():
        today = local(visit.person.here, visit.tx.now).date()
        note_low(visit.tx, visit.person.id, moments.last_low(visit.tx, visit.person, today))
        visit.refresh()
    again = moments.find(visit.tx, moment.id, visit.person)
    assert again is not None
    if what == "after":
        visit.show(Outgoing(visit.voice.say(N_("And now?")), (faces(moment.id, "after"),)), moment_id=moment.id)
    else:
        visit.show(visit.opening(again, again.wording or 0), moment_id=moment.id)


SLIPS = {
    "answer": ("answer", "answered_at"),
    "after": ("after",),
    "before": ("before",),
    "face": ("answer", "answered_at", "before"),
}
"""What is taken back of a moment, by what was tapped."""

CHAPTER = Chapter(
    flows=(CHAIN,),
    taps={"slip": _mend_slip},
    on_moment={"next": _next, "enough": _enough, "chain": _save_chain, "unchained": _unchained},
)
