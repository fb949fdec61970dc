"""What everybody reads once before anything of theirs is stored, whichever way they came: one line on what is kept."""

from bot.people.queries import Person
from bot.people.told import note_told, told_at
from bot.store import Tx
from bot.texts import N_

KEPT = N_("What you tell me is kept sealed; whoever runs this bot could read it: /privacy")
TOLD = "kept"
"""Under this name it is remembered that the line was said."""


def knows_line(tx: Tx, person: Person) -> bool:
    """Return whether the line was said to the person before."""
    return person.zone is not None or TOLD in told_at(tx, person)  # with a zone, they have answered something before


def wants_line(tx: Tx, person: Person) -> bool:
    """Return whether the line is still to be said; from now on it counts as said."""
    if knows_line(tx, person):
        return False
    note_told(tx, person, TOLD)
    return True
