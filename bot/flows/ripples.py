"""/ripple: how far one's thanks travelled, in words and as a picture; names only of neighbours, one's own sentences."""

from collections.abc import Sequence

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from bot.flows.showing import UNDER_A_FILE, beginning, told_day
from bot.flows.visit import Chapter, Command, Visit
from bot.gratitude import ripple
from bot.gratitude.ripple import Counts, Node, Words
from bot.pictures import MOST, Link, Number, keep, worded
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
    counts = ripple.counts_of(visit.tx, visit.person)
    row = (visit.button(N_("Thank somebody"), Payload("menu", 0, "thanks")),)
    if not counts.people:  # nor where both ends are the person: chats of theirs that were joined
        visit.say(N_("Nothing has travelled yet. One sentence of thanks is a beginning."), (row,))
        return
    lines = [told(visit, counts)]
    if len(counts.languages) > 1:
        names = visit.voice.all_of([_language(visit, one) for one in counts.languages])
        lines.append(visit.voice.say(N_("In {languages}."), languages=names))
    told_last = _newest(visit)
    while units("\n".join([*lines, "", *told_last])) > UNDER_A_FILE:
        told_last.pop()
    picture, alt, brought = pictured(visit, counts)
    text = "\n".join([*lines, "", *told_last])
    visit.show(Outgoing(text, (row,), picture=picture.to_dict(), alt=alt), links=brought)


def told(visit: Visit, counts: Counts) -> str:
    """Return the numbers as a sentence or two."""
    count = visit.voice.count
    parts = [
        count("Your thanks reached {n} person", "Your thanks reached {n} people", counts.people),
        count("in {n} sentence", "in {n} sentences", counts.sentences),
        count("over {n} day", "over {n} days", counts.days),
    ]
    # Translators: it reads like “Your thanks reached 3 people in 4 sentences over 2 days.”
    line = visit.voice.say(N_("{reached} {sentences} {days}."), reached=parts[0], sentences=parts[1], days=parts[2])
    if counts.depth < 2:
        return f"🪨 {line}"
    far = count("The farthest went {n} step on.", "The farthest went {n} steps on.", counts.depth)
    return f"🪨 {line} {far}"


def pictured(visit: Visit, counts: Counts) -> tuple[Picture, str, Sequence[int]]:
    """Return the picture, and what is on it in a sentence: words on the person's own links, pebbles for all others.

    The third are the links of which somebody else's sentence stands on it.

    It is light: no platform tells whether its reader's screen is dark, and a light one can be shown on to others and
    printed. The page, which knows, asks for the dark one where it is dark itself.
    """
    say, count = visit.voice.say, visit.voice.count
    links, brought = _links(visit, ripple.nodes_of(visit.tx, visit.person, MOST))
    numbers = (
        (counts.depth, count("link deep", "links deep", counts.depth)),
        (counts.people, count("person", "people", counts.people)),
        (len(counts.languages), count("language", "languages", len(counts.languages))),
        (counts.days, count("day", "days", counts.days)),
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
    alt = count("One pebble on water: your thanks.", "Your thanks as {n} pebbles on water.", len(links))
    return picture, alt, brought


def _links(visit: Visit, nodes: Sequence[Node]) -> tuple[tuple[Link, ...], Sequence[int]]:
    """Return as many links as a picture has room for, and on which of them somebody else's sentence stands.

    Words are looked up for those that it shows with words.
    """
    kept = keep([node.parent for node in nodes], [node.mine for node in nodes])
    place = {number: where for where, number in enumerate(kept)}
    shown = [nodes[number] for number in kept]
    parents = [None if node.parent is None else place.get(node.parent) for node in shown]
    with_words = [shown[where].link_id for where in worded(parents, [node.mine for node in shown])]
    words = ripple.words_of(visit.tx, visit.person, with_words)
    links = tuple(_link(parent, node, words.get(node.link_id)) for parent, node in zip(parents, shown, strict=True))
    return links, [link_id for link_id, said in words.items() if said.got]


def _link(parent: int | None, node: Node, words: Words | None) -> Link:
    if words is None:
        return Link(parent, node.mine)
    before, after = (words.other, None) if words.got else (None, words.other)
    return Link(parent, True, words.sentence, before or "", after or "")


def _newest(visit: Visit) -> list[str]:
    """Return the person's newest sentences, each with how many went on from it."""
    newest = ripple.newest_sent(visit.tx, visit.person, SHOWN)
    on = ripple.passed_on(visit.tx, visit.person, newest)
    words = ripple.words_of(visit.tx, visit.person, newest)
    return [_line(visit, words[link_id], on[link_id]) for link_id in newest]


def _line(visit: Visit, words: Words, on: int) -> str:
    day = told_day(visit, local(visit.person.here, words.at).date())
    # Translators: stands for a name: Wed 18 Nov → somebody who has left Pebble: “Thank you for the soup.”
    to = words.other or visit.voice.say(N_("somebody who has left Pebble"))
    line = f"{day} → {to}: “{beginning(words.sentence, LONGEST)}”"
    return f"{line} · {visit.voice.count('passed on once', 'passed on {n} times', on)}" if on else line


def _language(visit: Visit, tag: str) -> str:
    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name(visit.voice.locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def ripple_line(visit: Visit) -> bool:
    """Say in one line how far it went, where something was passed on; return whether there was something to say."""
    if not ripple.was_passed_on(visit.tx, visit.person):
        return False
    counts = ripple.counts_of(visit.tx, visit.person)
    if not counts.people:
        return False
    visit.show(Outgoing(told(visit, counts)))
    return True


CHAPTER = Chapter(commands={"ripple": Command(N_("How far your thanks travelled"), _ripple, N_("/ripple"))})
