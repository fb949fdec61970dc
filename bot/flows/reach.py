"""What a person is told when their chat turned out to be closed to Pebble: how to open it, once."""

from bot.flows.visit import Visit
from bot.people.told import note_told, told_at
from bot.texts import N_

TOLD = "closed"
"""Under this name it is remembered that the line was said."""

HOW = {
    # Discord, "Privacy & Safety": a server's own menu has the switch for direct messages.
    "discord": N_(
        "I couldn’t reach you in private, so nudges wait until that is open. On a server: its name → Privacy Settings "
        "→ Direct Messages on. Then write me one private line."
    ),
}
"""For each platform whose chats can be closed while people still talk to Pebble elsewhere."""


def tell_how_to_open(visit: Visit) -> None:
    """Say how a closed chat is opened, once for each time that it was found closed."""
    how, closed_at = HOW.get(visit.incoming.address.platform), visit.person.closed_at
    if how and closed_at is not None and told_at(visit.tx, visit.person).get(TOLD, 0) < closed_at:
        visit.say(how)
        note_told(visit.tx, visit.person, TOLD)
