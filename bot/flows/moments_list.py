"""/moments: browse what was written, by day and practice; read one, change it, hide it from the jar, delete it."""

from dataclasses import dataclass
from datetime import date

from bot.flows.conversation import start
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.showing import brief, headed, in_pieces, show_whole, titled, told_day
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.nudges import journal
from bot.nudges.journal import Entry
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_

ON_A_PAGE = 6
"""Entries of one page."""
BEGINNING = 80
"""Characters of an entry that the page shows."""
MOST_PRACTICES = 40
"""Practices to choose from; nobody has tapped through more buttons."""
CHOOSING = "=by"
"""What the button for choosing a practice carries; no key looks like it."""
LAPSES = 3600
"""Seconds after which words are no longer the new ones."""


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """Write other words for a moment."""

    moment_id: int
    words: str


def _moments(visit: Visit) -> None:
    visit.show(_page(visit, 0, None))


def _browse(visit: Visit, payload: Payload) -> None:
    practice = payload.choice or None
    if practice == CHOOSING:
        visit.redraw(_by_practice(visit))
    elif practice is not None and not journal.count_of(visit.tx, visit.person, practice):
        visit.toast = visit.voice.say(OLD)
    else:
        visit.redraw(_page(visit, payload.row, practice))


def _page(visit: Visit, number: int, practice: str | None) -> Outgoing:
    """Return a page of entries, newest first; one that is not there any more is the last."""
    count = journal.count_of(visit.tx, visit.person, practice)
    if not count:
        empty = N_("Nothing is written yet. What you answer in words, by voice or with a photo waits here for you.")
        row = (visit.button(N_("A moment now"), Payload("menu", 0, "now")),)
        return Outgoing(visit.voice.say(empty), (row,))
    last = (count - 1) // ON_A_PAGE
    number = min(number, last)
    entries = journal.page(visit.tx, visit.person, practice, number * ON_A_PAGE, ON_A_PAGE)
    numbers = tuple(Button(str(n), str(Payload("entry", entry.id))) for n, entry in enumerate(entries, 1))
    turns = tuple(
        visit.button(label, Payload("moments", page, practice or ""))
        for label, page in ((N_("Later"), number - 1), (N_("Earlier"), number + 1))
        if 0 <= page <= last
    )
    other = [visit.button(N_("By practice"), Payload("moments", 0, CHOOSING))]
    if practice is not None:
        other.insert(0, visit.button(N_("All"), Payload("moments")))
    rows = tuple(row for row in (numbers, turns, tuple(other)) if row)
    return Outgoing(_listed(visit, entries, practice), rows)


def _listed(visit: Visit, entries: list[Entry], practice: str | None) -> str:
    """Return the entries in words, under their days."""
    if practice is None:
        lines = [visit.voice.say(N_("What you wrote, newest first. A number opens one."))]
    else:
        text = N_("{practice}, newest first. A number opens one.")
        lines = [visit.voice.say(text, practice=titled(visit, practice))]
    day: date | None = None
    for number, entry in enumerate(entries, 1):
        if entry.day != day:
            day = entry.day
            lines.append(f"\n{told_day(visit, day)}")
        hidden = f" · {visit.voice.say(N_('hidden'))}" if entry.hidden else ""
        said = brief(entry.words, entry.file, BEGINNING)
        if practice is None:
            lines.append(f"{number}. {titled(visit, entry.practice)}{hidden}\n{said}")
        else:
            lines.append(f"{number}. {said}{hidden}")
    return "\n".join(lines)


def _by_practice(visit: Visit) -> Outgoing:
    found = journal.practices(visit.tx, visit.person)[:MOST_PRACTICES]
    buttons = [Button(f"{titled(visit, key)} ({often})", str(Payload("moments", 0, key))) for key, often in found]
    rows = tuple((button,) for button in buttons)
    everything = (visit.button(N_("All"), Payload("moments")),)
    return Outgoing(visit.voice.say(N_("Which practice shall I look through?")), (*rows, everything))


# One entry


def _open(visit: Visit, entry: Entry) -> None:
    show_whole(visit, headed(visit, entry), entry.words, entry.file, _choices(visit, entry))


def _choices(visit: Visit, entry: Entry) -> Rows:
    other = (N_("Show"), "show") if entry.hidden else (N_("Hide"), "hide")
    choices = ((N_("Change"), "change"), other, (N_("Delete"), "delete"))
    return (tuple(visit.button(label, Payload("entry", entry.id, choice)) for label, choice in choices),)


def _redraw(visit: Visit, entry: Entry, *, question: str = "", rows: Rows | None = None) -> None:
    """Draw the last message of an entry anew, which is the one with the buttons."""
    text = in_pieces(headed(visit, entry), entry.words, entry.file)[-1]
    asked = f"{text}\n\n{question}" if question else text
    visit.redraw(Outgoing(asked, rows if rows is not None else _choices(visit, entry)))


def _hide(visit: Visit, entry: Entry) -> None:
    _set_hidden(visit, entry, True)
    visit.toast = visit.voice.say(N_("It stays here, and out of the jar."))


def _show(visit: Visit, entry: Entry) -> None:
    _set_hidden(visit, entry, False)
    visit.toast = visit.voice.say(N_("It may come back out of the jar."))


def _set_hidden(visit: Visit, entry: Entry, hidden: bool) -> None:
    journal.hide(visit.tx, visit.person, entry, hidden)
    _redraw(visit, journal.find(visit.tx, entry.id, visit.person) or entry)


def _ask_to_delete(visit: Visit, entry: Entry) -> None:
    choices = ((N_("Delete"), "gone"), (N_("Keep"), "keep"))
    row = tuple(visit.button(label, Payload("entry", entry.id, choice)) for label, choice in choices)
    _redraw(visit, entry, question=visit.voice.say(N_("Delete it for good?")), rows=(row,))


def _delete(visit: Visit, entry: Entry) -> None:
    journal.delete(visit.tx, visit.person, entry)
    line = Outgoing(visit.voice.say(N_("It’s gone for good.")))
    # A message that is too old to be deleted (Telegram: 48 hours) at least says so below its file.
    visit.redraw(line)
    if entry.file is not None and visit.take_away():
        visit.show(line)


def _change(visit: Visit, entry: Entry) -> None:
    if visit.settle():
        start(visit, CHANGE_ENTRY, {"entry": entry.id})
    else:
        visit.toast = visit.voice.say(OLD)


_ON_ENTRY = {
    "": _open,
    "hide": _hide,
    "show": _show,
    "change": _change,
    "delete": _ask_to_delete,
    "keep": _redraw,
    "gone": _delete,
}


def _entry(visit: Visit, payload: Payload) -> None:
    # Somebody else's is not found, so it reads like one that is gone.
    entry = journal.find(visit.tx, payload.row, visit.person)
    act = _ON_ENTRY.get(payload.choice)
    if entry is None or act is None:
        visit.toast = visit.voice.say(OLD)
    else:
        act(visit, entry)


def _ask_words(scene: Scene) -> Ask:
    keep = (scene.voice.say(N_("Leave it as it is")), "keep")
    return Ask(scene.voice.say(N_("Which words shall stand there instead?")), ((keep,),))


def _take_words(scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value == "keep":
        return Turn(None, say=scene.voice.say(N_("It stays as it was.")))
    if not answer.words:
        return tap_a_button(scene)
    return Turn(None, effects=(ChangeEntry(scene.data["entry"], answer.words),))


def _perform(visit: Visit, effect: ChangeEntry) -> None:
    entry = journal.find(visit.tx, effect.moment_id, visit.person)
    if entry is None:
        visit.say(N_("That one is no longer here. /moments shows the others."))
        return
    journal.change_words(visit.tx, visit.person, entry, effect.words)
    _open(visit, journal.find(visit.tx, entry.id, visit.person) or entry)


CHANGE_ENTRY = Flow("change-entry", version=1, steps=(Step("words", _ask_words, _take_words),), lapses=LAPSES)


CHAPTER = Chapter(
    flows=(CHANGE_ENTRY,),
    commands={"moments": Command(N_("What you wrote, day by day"), _moments, N_("/moments"))},
    effects={ChangeEntry: _perform},
    taps={"moments": _browse, "entry": _entry},
)
