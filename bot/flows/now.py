"""/now: a moment at once. One message, redrawn, leads to every practice: what fits, what helps, by theme, day, length.

A button that redraws names a place. That is a menu, or the code of a section with a page behind a dot: `t0.1`.
"""

from bot.catalogue import Practice
from bot.flows import suggest
from bot.flows.adding import add
from bot.flows.beginning import begin_moment
from bot.flows.fitting import fitting
from bot.flows.sections import Section, by_day, by_length, by_theme, find, label, lasting, page_of, title
from bot.flows.visit import OLD, Chapter, Command, Option, Visit
from bot.nudges import moments
from bot.schedules.zones import local
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_

ANY = "_any"
"""The choice of whatever fits; no key of a practice begins like this."""

LENGTHS = {ANY: (1, 180), "15": (1, 15), "60": (16, 90)}
"""Seconds from and to of what Pebble chooses itself."""

HARD = (
    (N_("An urge"), ("urge-wave",)),
    (N_("Anxious"), ("sip-water", "box-breathing")),
    (N_("Overwhelmed"), ("breath-then-step",)),
    (N_("A calm breath"), ("three-minute-breath",)),
)
"""What it may be like, and the practices that help then; of several the one met longest ago."""

HARD_COMMANDS = (("comfort", N_("What I keep")), ("help", N_("People to talk to")))

WITH_WORDS = (
    ("ack", N_("A quick reply")),
    ("repair", N_("Mend something")),
    ("voice", N_("A voice note")),
    ("shrink", N_("Shrink a task")),
    ("own", N_("A moment of my own")),
)
"""Commands of exchanges in words, where they are there."""


def _now(visit: Visit) -> None:
    """Show the menu; a practice that is named behind the command begins at once."""
    said = visit.incoming.rest.strip().casefold()
    named = next((p for p in visit.catalogue if said in (p.key, visit.voice.say(p.title).casefold())), None)
    if named:
        begin_moment(visit, named.key)
    else:
        visit.show(_home(visit))


def _home(visit: Visit) -> Outgoing:
    some, minute = Payload("now", 0, "15"), Payload("now", 0, "60")
    by = [_to(visit, N_("By time of day"), "day"), _to(visit, N_("By length"), "length")]
    if _commands(visit, WITH_WORDS):
        by.append(_to(visit, N_("With words"), "words"))
    rows = (
        (visit.button(N_("The one that fits"), Payload("now", 0, ANY)),),
        (visit.button(N_("A few seconds"), some), visit.button(N_("A minute"), minute)),
        (_to(visit, N_("Hard right now"), "hard"),),
        *_pairs([*_sections(visit, by_theme(visit.catalogue)), *by]),
    )
    return Outgoing(visit.voice.say(N_("A moment now: the one that fits, or look around.")), rows)


def _hard(visit: Visit) -> Outgoing:
    met = moments.last_met(visit.tx, visit.person)
    buttons = []
    for likeness, keys in HARD:
        known = [key for key in keys if key in visit.catalogue]
        if known:
            key = min(known, key=lambda key: met.get(key, 0))
            buttons.append(visit.button(likeness, Payload("now", 0, key)))
    text = visit.voice.say(N_("Thank you for saying so. Which of these comes closest?"))
    return Outgoing(text, _pairs([*buttons, *_commands(visit, HARD_COMMANDS), _to(visit, N_("Back"), "home")]))


def _words(visit: Visit) -> Outgoing:
    text = visit.voice.say(N_("A few words, and I help with them."))
    return Outgoing(text, _pairs([*_commands(visit, WITH_WORDS), _to(visit, N_("Back"), "home")]))


def _by_day(visit: Visit) -> Outgoing:
    text = visit.voice.say(N_("For which part of the day?"))
    return Outgoing(text, _pairs([*_sections(visit, by_day(visit.catalogue)), _to(visit, N_("Back"), "home")]))


def _by_length(visit: Visit) -> Outgoing:
    text = visit.voice.say(N_("How long may it be?"))
    return Outgoing(text, _pairs([*_sections(visit, by_length(visit.catalogue)), _to(visit, N_("Back"), "home")]))


MENUS = {"home": _home, "hard": _hard, "words": _words, "day": _by_day, "length": _by_length}
_ABOVE = {"t": "home", "o": "home", "d": "day", "l": "length"}
"""Where Back leads from a section, by the first letter of its code."""


def _browse(visit: Visit, payload: Payload) -> None:
    """Redraw the menu as the place that was tapped."""
    place = payload.choice
    drawn = MENUS[place](visit) if place in MENUS else _section(visit, place)
    if drawn is None:
        visit.toast = visit.voice.say(OLD)
    else:
        visit.redraw(drawn)


def _section(visit: Visit, place: str) -> Outgoing | None:
    code, _, page = place.partition(".")
    section = find(visit.catalogue, code)
    if section is None or not page.isdecimal():
        return None
    shown, more = page_of(section.practices, int(page))
    if not shown:
        return None
    rows = [(Button(label(visit.voice, p), str(Payload("see", 0, f"{p.key}={place}"))),) for p in shown]
    back = _to(visit, N_("Back"), f"{code}.{int(page) - 1}" if int(page) else _ABOVE[code[0]])
    onward = (_to(visit, N_("Next page"), f"{code}.{int(page) + 1}"),) if more else ()
    text = visit.voice.say(N_("{theme}: which one?"), theme=visit.voice.say(section.title))
    return Outgoing(text, (*rows, (back, *onward)))


def _see(visit: Visit, payload: Payload) -> None:
    """Redraw the menu as the card of one practice."""
    key, _, place = payload.choice.partition("=")
    practice = visit.catalogue.get(key)
    if practice is None:
        visit.toast = visit.voice.say(OLD)
    else:
        visit.redraw(_card(visit, practice, place))


def _card(visit: Visit, practice: Practice, place: str) -> Outgoing:
    say = visit.voice.say
    about = say(practice.why or practice.prompts[0])  # what a person wrote has no why
    takes = say(N_("It takes about {length}."), length=lasting(visit.voice, practice))
    rows: Rows = (
        (visit.button(N_("Begin"), Payload("now", 0, practice.key)),),
        (visit.button(N_("Set a time"), Payload("plant", 0, practice.key)), _to(visit, N_("Back"), place)),
    )
    return Outgoing(f"{title(visit.voice, practice)}\n{about}\n{takes}", rows)


def _plant(visit: Visit, payload: Payload) -> None:
    """Let the practice become a nudge."""
    if payload.choice in visit.catalogue and visit.settle():
        add(visit, payload.choice)
    else:
        visit.toast = visit.voice.say(OLD)


def _begin(visit: Visit, payload: Payload) -> None:
    key = pick(visit, payload.choice) if payload.choice in LENGTHS else payload.choice
    if key in visit.catalogue and visit.settle():
        begin_moment(visit, key)
    else:
        visit.toast = visit.voice.say(OLD)


def pick(visit: Visit, length: str) -> str:
    """Return the key of the practice of about that length (one of LENGTHS) that fits the person now."""
    person, now = visit.person, visit.tx.now
    here = local(person.here, now)
    least, most = LENGTHS[length]
    right = visit.catalogue.lasting(at_most=most, at_least=least)
    gentle = person.low_at is not None and local(person.here, person.low_at).date() == here.date()
    met = moments.last_met(visit.tx, person)
    found = fitting(right or visit.catalogue, met, here.hour * 60 + here.minute, gentle=gentle)
    return found.key if found else ""


def _to(visit: Visit, said: str, place: str) -> Button:
    return visit.button(said, Payload("browse", 0, place))


def _sections(visit: Visit, sections: tuple[Section, ...]) -> list[Button]:
    return [_to(visit, section.title, f"{section.code}.0") for section in sections]


def _commands(visit: Visit, wanted: tuple[tuple[str, str], ...]) -> list[Button]:
    """Return buttons for those of the commands that are there."""
    there = [(name, said) for name, said in wanted if name in visit.book.commands]
    return [visit.button(said, Payload("menu", 0, name)) for name, said in there]


def _pairs(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))


CHAPTER = Chapter(
    commands={
        "now": Command(
            N_("A tiny moment right now"),
            _now,
            N_("/now"),
            Option(N_("practice"), N_("Which one; leave it empty to look around"), suggest.practices),
        )
    },
    taps={"now": _begin, "browse": _browse, "see": _see, "plant": _plant},
)
