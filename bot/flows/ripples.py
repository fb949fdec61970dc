"""/ripple: how far one's thanks travelled, in words. Names only of neighbours, sentences only one's own."""

from babel.core import Locale, UnknownLocaleError

from bot.flows.showing import beginning, told_day
from bot.flows.visit import Chapter, Command, Visit
from bot.gratitude.ripple import Node, Ripple, ripple_of
from bot.schedules.zones import local
from bot.speech import Outgoing, Payload
from bot.texts import N_

SHOWN = 8
"""Sentences of one's own that are listed, the newest first."""
LONGEST = 80
"""Characters of each."""


def _ripple(visit: Visit) -> None:
    found = ripple_of(visit.tx, visit.person)
    row = (visit.button(N_("Thank somebody"), Payload("menu", 0, "thanks")),)
    if not found.sentences:
        visit.say(N_("Nothing has travelled yet. One sentence of thanks is a beginning."), (row,))
        return
    lines = [told(visit, found)]
    if len(found.languages) > 1:
        names = visit.voice.all_of([_language(visit, one) for one in found.languages])
        lines.append(visit.voice.say(N_("In {languages}."), languages=names))
    sent = [node for node in found.nodes if node.mine and node.receiver is not None]
    lines += ["", *(_line(visit, found, node) for node in reversed(sent[-SHOWN:]))]
    visit.show(Outgoing("\n".join(lines), (row,)))


def told(visit: Visit, found: Ripple) -> str:
    """Return the numbers as a sentence or two."""
    count = visit.voice.count
    parts = [
        count("Your thanks reached {n} person", "Your thanks reached {n} people", found.people),
        count("in {n} sentence", "in {n} sentences", found.sentences),
        count("over {n} day", "over {n} days", found.days),
    ]
    # Translators: it reads like “Your thanks reached 3 people in 4 sentences over 2 days.”
    line = visit.voice.say(N_("{reached} {sentences} {days}."), reached=parts[0], sentences=parts[1], days=parts[2])
    if found.depth < 2:
        return f"🪨 {line}"
    far = count("The farthest went {n} step on.", "The farthest went {n} steps on.", found.depth)
    return f"🪨 {line} {far}"


def _line(visit: Visit, found: Ripple, node: Node) -> str:
    """Return one of the person's own sentences, and how many went on from it."""
    place = found.nodes.index(node)
    came = {place}
    for number, other in enumerate(found.nodes):
        if other.parent in came:
            came.add(number)
    day = told_day(visit, local(visit.person.here, node.at).date())
    line = f"{day} → {node.receiver}: “{beginning(node.sentence or '', LONGEST)}”"
    on = len(came) - 1
    return f"{line} · {visit.voice.count('passed on {n} time', 'passed on {n} times', on)}" if on else line


def _language(visit: Visit, tag: str) -> str:
    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name(visit.voice.locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def ripple_line(visit: Visit) -> bool:
    """Say in one line how far it went, where something was passed on; return whether there was something to say."""
    found = ripple_of(visit.tx, visit.person)
    if found.depth < 2:
        return False
    visit.show(Outgoing(told(visit, found)))
    return True


CHAPTER = Chapter(commands={"ripple": Command(N_("How far your thanks travelled"), _ripple)})
