"""/ripple: how far one's thanks travelled, in words and as a picture; names only of neighbours, one's own sentences."""

from collections.abc import Mapping

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from bot.flows.showing import UNDER_A_FILE, beginning, told_day
from bot.flows.visit import Chapter, Command, Visit
from bot.gratitude.ripple import Node, Ripple, ripple_of
from bot.pictures import Link, Number, keep
from bot.pictures import Ripple as Picture
from bot.schedules.zones import local
from bot.speech import Outgoing, Payload
from bot.speech.outgoing import units
from bot.texts import N_

SHOWN = 8
"""Sentences of one's own that are listed, the newest first."""
LONGEST = 80
"""Characters of each."""


def _ripple(visit: Visit) -> None:
    found = ripple_of(visit.tx, visit.person)
    row = (visit.button(N_("Thank somebody"), Payload("menu", 0, "thanks")),)
    if not found.people:  # nor where both ends are the person: chats of theirs that were joined
        visit.say(N_("Nothing has travelled yet. One sentence of thanks is a beginning."), (row,))
        return
    lines = [told(visit, found)]
    if len(found.languages) > 1:
        names = visit.voice.all_of([_language(visit, one) for one in found.languages])
        lines.append(visit.voice.say(N_("In {languages}."), languages=names))
    sent = [node for node in found.nodes if node.mine and node.receiver is not None]
    told_last = [_line(visit, found, node) for node in reversed(sent[-SHOWN:])]
    while units("\n".join([*lines, "", *told_last])) > UNDER_A_FILE:
        told_last.pop()
    picture, alt = pictured(visit, found)
    visit.show(Outgoing("\n".join([*lines, "", *told_last]), (row,), picture=picture.to_dict(), alt=alt))


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


def pictured(visit: Visit, found: Ripple) -> tuple[Picture, str]:
    """Return the picture, and what is on it in a sentence: words on the person's own links, pebbles for all others.

    It is light: no platform tells whether its reader's screen is dark, and a light one can be shown on to others and
    printed. The page, which knows, asks for the dark one where it is dark itself.
    """
    say, count = visit.voice.say, visit.voice.count
    kept = keep([node.parent for node in found.nodes], [node.mine for node in found.nodes])
    place = {number: where for where, number in enumerate(kept)}
    links = tuple(_link(found.nodes[number], place) for number in kept)
    numbers = (
        (found.depth, count("link deep", "links deep", found.depth)),
        (found.people, count("person", "people", found.people)),
        (len(found.languages), count("language", "languages", len(found.languages))),
        (found.days, count("day", "days", found.days)),
    )
    picture = Picture(
        say(N_("How far your thanks travelled")),
        tuple(Number(str(format_decimal(number, locale=visit.voice.locale)), label) for number, label in numbers),
        links,
        # Translators: stands on the picture between two names: Bea → you → Carl.
        you=say(N_("you")),
        note=say(N_("Your own words, and a pebble for everybody else.")),
        language=visit.voice.language,
    )
    return picture, count("One pebble on water: your thanks.", "Your thanks as {n} pebbles on water.", len(links))


def _link(node: Node, place: Mapping[int, int]) -> Link:
    parent = None if node.parent is None else place.get(node.parent)
    if not node.mine:
        return Link(parent)
    return Link(parent, True, node.sentence or "", node.sender or "", node.receiver or "")


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
    return f"{line} · {visit.voice.count('passed on once', 'passed on {n} times', on)}" if on else line


def _language(visit: Visit, tag: str) -> str:
    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name(visit.voice.locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def ripple_line(visit: Visit) -> bool:
    """Say in one line how far it went, where something was passed on; return whether there was something to say."""
    found = ripple_of(visit.tx, visit.person)
    if found.depth < 2 or not found.people:
        return False
    visit.show(Outgoing(told(visit, found)))
    return True


CHAPTER = Chapter(commands={"ripple": Command(N_("How far your thanks travelled"), _ripple, N_("/ripple"))})
