"""One event of one person inside its unit of work: who it is, in which language, and how to answer."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.catalogue import Catalogue
from bot.nudges import queries
from bot.nudges.moments import Moment
from bot.nudges.prompts import Occasion, opening
from bot.outbox import shelf
from bot.outbox.shelf import Terms
from bot.people.queries import Person
from bot.speech import Button, Incoming, Op, Outgoing, Payload, Rows, read_payload
from bot.store import Tx
from bot.texts import Voice

RECENT = 12
"""Messages in which the buttons of an answered question are looked for."""


@dataclass(slots=True)
class Visit:
    """What a command, a tap or a flow needs. `toast` is shown at once, beside the tapped button."""

    tx: Tx
    person: Person
    voice: Voice
    catalogue: Catalogue
    incoming: Incoming
    toast: str = field(default="")

    def show(self, outgoing: Outgoing, moment_id: int | None = None) -> None:
        """Answer with a message."""
        shelf.put(self.tx, self.person.recipient, outgoing, Terms(moment_id=moment_id))

    def say(self, message: str, rows: Rows = (), **values: object) -> None:
        """Answer with one of our texts, in the person's language."""
        self.show(Outgoing(self.voice.say(message, **values), rows))

    def button(self, label: str, payload: Payload) -> Button:
        """Return a button with one of our labels."""
        return Button(self.voice.say(label), str(payload))

    def opening(self, moment: Moment, turn: int) -> Outgoing:
        """Return the prompt of a moment, with the cue of the nudge that it came from."""
        nudge = queries.find(self.tx, moment.nudge_id, self.person) if moment.nudge_id else None
        cue = (nudge.cue_words or self.catalogue.cue_phrase(nudge.cue, self.voice)) if nudge else None
        practice = self.catalogue[moment.practice]
        feelings = "after" if moment.before else moment.feelings
        return opening(self.voice, Occasion(moment.id, practice, feelings, turn, cue))

    def was_shown(self) -> bool:
        """Return whether the tapped button really stood under the tapped message, as far as that is still known."""
        body = self._tapped_message()
        return body is None or any(self.incoming.text == b.payload for row in body[1].rows for b in row)

    def settle(self) -> bool:
        """Take the buttons off the tapped message and show what was chosen; return False when that was done before.

        A message that is not known any more cannot tell, so its tap counts as the first.
        """
        body = self._tapped_message()
        if body is None:
            return True
        outbox_id, said = body
        label = next((b.label for row in said.rows for b in row if b.payload == self.incoming.text), "")
        edit = replace(said, rows=(), chosen=label, op=Op.EDIT)
        return shelf.put(self.tx, self.person.recipient, edit, Terms(key=f"settled:{outbox_id}", edits=outbox_id))

    def redraw(self, changed: Outgoing) -> None:
        """Change the tapped message in place, its buttons too."""
        body = self._tapped_message()
        if body is None:
            self.show(changed)
        else:
            shelf.put(self.tx, self.person.recipient, replace(changed, op=Op.EDIT), Terms(edits=body[0]))

    def settle_question(self, concerns: Callable[[Payload], bool]) -> None:
        """Take the buttons off the messages that words have answered: those with a button that is concerned."""
        for outbox_id, said in shelf.newest_messages(self.tx, self.person.address_id, self.person.seal, RECENT):
            payloads = [read_payload(button.payload) for row in said.rows for button in row]
            if any(payload is not None and concerns(payload) for payload in payloads):
                edit = replace(said, rows=(), op=Op.EDIT)
                shelf.put(self.tx, self.person.recipient, edit, Terms(key=f"settled:{outbox_id}", edits=outbox_id))

    def _tapped_message(self) -> tuple[int, Outgoing] | None:
        if self.incoming.message is None:
            return None
        found = shelf.find_message(self.tx, self.person.address_id, self.incoming.message)
        if found is None:
            return None
        said = shelf.read_body(self.tx, found, self.person.seal)
        return (found, said) if said else None
