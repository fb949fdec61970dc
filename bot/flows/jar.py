"""/jar: how many moments are kept, and an old one that comes back. Hidden ones and those of hard days stay away."""

from zlib import crc32

from bot.flows.showing import headed, show_whole, today_of
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.nudges import journal
from bot.nudges.journal import Entry
from bot.speech import Payload, Rows
from bot.texts import N_

ANOTHER = "more-"
"""What the button for another one carries, before the number of its turn."""
MOST_TURNS = 10_000


def old_one(visit: Visit, turn: int) -> tuple[Entry, str] | None:
    """Return an old moment and what stands above it, or None when the jar has none to give.

    The order is another one for each person and day; turns 0, 1, 2 … go through all before one comes again.
    """
    today = today_of(visit)
    ids = journal.for_looking_back(visit.tx, visit.person, today)
    if not ids:
        return None
    shuffled = sorted(ids, key=lambda one: (crc32(f"{visit.person.id}:{today}:{one}".encode()), one))
    entry = journal.find(visit.tx, shuffled[turn % len(shuffled)], visit.person)
    return (entry, headed(visit, entry)) if entry else None


def show_old_one(visit: Visit) -> bool:
    """Let one moment of an earlier day come back; return whether there was one."""
    found = old_one(visit, 0)
    if found is None or found[0].day >= today_of(visit):
        return False
    entry, heading = found
    line = visit.voice.say(N_("One from your jar:"))
    show_whole(visit, f"{line}\n{heading}", entry.words, entry.file, _buttons(visit, entry))
    return True


def _jar(visit: Visit) -> None:
    _show(visit, 0)


def _show(visit: Visit, turn: int) -> None:
    count = journal.in_jar(visit.tx, visit.person)
    if not count:
        visit.say(
            N_("Your jar is still empty, and has all the time in the world. What you write finds its way here."),
            ((visit.button(N_("A moment now"), Payload("menu", 0, "now")),),),
        )
        return
    held = visit.voice.count("Your jar holds {n} moment.", "Your jar holds {n} moments.", count)
    found = old_one(visit, turn)
    if found is None:
        rest = visit.voice.say(N_("It rests just now. /moments shows everything."))
        visit.say(f"{held} {rest}")
        return
    entry, heading = found
    show_whole(visit, f"{held}\n\n{heading}", entry.words, entry.file, _buttons(visit, entry, turn + 1))


def _buttons(visit: Visit, entry: Entry, another: int | None = None) -> Rows:
    row = [
        visit.button(N_("Smile"), Payload("jar", entry.id, "smile")),
        visit.button(N_("Hide"), Payload("jar", entry.id, "hide")),
    ]
    if another is not None:
        row.append(visit.button(N_("Another"), Payload("jar", entry.id, f"{ANOTHER}{another % MOST_TURNS}")))
    return (tuple(row),)


def _tap(visit: Visit, payload: Payload) -> None:
    turn = payload.choice.removeprefix(ANOTHER)
    entry = journal.find(visit.tx, payload.row, visit.person)
    if payload.choice.startswith(ANOTHER) and turn.isdecimal() and visit.settle():
        _show(visit, int(turn))
    elif entry and payload.choice == "smile" and visit.settle():
        visit.say(N_("Good that you kept it. It goes back into the jar."))
    elif entry and payload.choice == "hide" and visit.settle():
        journal.hide(visit.tx, visit.person, entry, True)
        visit.say(N_("It stays out of the jar from now on. /moments can bring it back."))
    else:
        visit.toast = visit.voice.say(OLD)


CHAPTER = Chapter(
    commands={"jar": Command(N_("Your kept moments, and an old one"), _jar, N_("/jar"))},
    taps={"jar": _tap},
)
