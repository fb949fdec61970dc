"""One event of one person inside its unit of work: who it is, in which language, and how to answer."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.catalogue import Catalogue
from bot.flows.engine import Flow
from bot.flows.kept_line import KEPT, wants_line
from bot.nudges import kept, queries
from bot.nudges.moments import Moment
from bot.nudges.prompts import OWN_WORDS, Occasion, opening
from bot.outbox import bodies, shelf
from bot.outbox.shelf import Terms
from bot.outbox.states import Priority
from bot.people.queries import Person, find
from bot.schedules.zones import local
from bot.speech import Button, Form, Incoming, Op, Outgoing, Payload, Rows, Ways, read_payload
from bot.store import Tx
from bot.texts import LANGUAGES, N_, Voice

RECENT = 12
"""Messages in which the buttons of an answered question are looked for."""


OLD = N_("That button has done its part. /now begins a new moment, /nudges shows what is set.")


Suggest = Callable[["Looking"], list[tuple[str, str]]]
"""Returns what could be meant: labels, each with the text that it stands for."""


@dataclass(frozen=True, slots=True)
class Option:
    """What may follow a command: its name in a menu, one line on it, and what could be meant while it is typed."""

    name: str
    description: str
    suggest: Suggest | None = None


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who is typing what follows a command, known or a stranger. Nothing is changed meanwhile."""

    tx: Tx
    person: Person | None
    voice: Voice
    catalogue: Catalogue
    typed: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the line that a platform's menu shows for it; without one it is not in the menu.

    `word` is what people write for it in their language. `option` is what may follow it.
    """

    description: str
    run: Callable[["Visit"], None]
    word: str = ""
    option: Option | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one feature brings: flows, commands, what effects do, and what each verb of a button does.

    `effects` maps the type of an effect to what performs it and returns what the flow should remember. A tap on a
    moment or a nudge is only handed on for a row of the person's own; `taps` get whatever their button says.
    """

    flows: tuple[Flow, ...] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
    effects: Mapping[type, Callable[["Visit", Any], dict[str, Any] | None]] = field(default_factory=dict)
    on_moment: Mapping[str, Callable[["Visit", Moment, str], None]] = field(default_factory=dict)
    on_nudge: Mapping[str, Callable[["Visit", queries.Nudge], None]] = field(default_factory=dict)
    taps: Mapping[str, Callable[["Visit", Payload], None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """All chapters in one: whatever can be said to Pebble is looked up here."""

    flows: Mapping[str, Flow]
    commands: Mapping[str, Command]
    effects: Mapping[type, Callable[["Visit", Any], dict[str, Any] | None]]
    on_moment: Mapping[str, Callable[["Visit", Moment, str], None]]
    on_nudge: Mapping[str, Callable[["Visit", queries.Nudge], None]]
    taps: Mapping[str, Callable[["Visit", Payload], None]]


def choices(table: Mapping[str, Callable[["Visit"], None]]) -> Callable[["Visit", Payload], None]:
    """Return what taps of one verb do where each of its choices does one thing, once."""

    def choose(visit: "Visit", payload: Payload) -> None:
        run = table.get(payload.choice)
        if run is None or not visit.settle():
            visit.toast = visit.voice.say(OLD)
        else:
            run(visit)

    return choose


@dataclass(slots=True)
class Visit:
    """What a command, a tap or a flow needs. `toast` is shown at once, beside the tapped button; so is a `form`.

    `ways` says where somebody new gets in with an invitation.
    """

    tx: Tx
    person: Person
    voice: Voice
    catalogue: Catalogue
    incoming: Incoming
    book: Book
    ways: Ways = lambda _token: {}
    toast: str = field(default="")
    form: Form | None = None
    _tapped: tuple[int, list[Outgoing]] | None = field(default=None, init=False)
    """The tapped message as it was read last in this visit; nothing has been put for it since."""
    _priority: Priority = field(default=Priority.REPLY, init=False)

    @property
    def reads_first(self) -> str:
        """The language (BCP 47) in which the person's words are read first; the others follow.

        It is the platform's hint, which may name one that Pebble does not speak, unless the person chose another.
        """
        hint = self.incoming.language
        return hint if hint and Voice.of(hint).language == self.person.language else self.person.language

    def show(self, outgoing: Outgoing, moment_id: int | None = None, links: Collection[int] = ()) -> None:
        """Answer with a message that goes with these links: it is taken back when whose words or name it tells is gone.

        Before the first one stands what is kept, unless that message says it itself.
        """
        if wants_line(self.tx, self.person) and (line := self.voice.say(KEPT)) not in outgoing.text:
            shelf.put(self.tx, self.person.recipient, Outgoing(line))
        terms = Terms(priority=self._priority, moment_id=moment_id, links=links)
        shelf.put(self.tx, self.person.recipient, outgoing, terms)

    def show_file(self, outgoing: Outgoing) -> None:
        """Answer with a file that is collected when it leaves; what is said behind it here stands behind it."""
        self._priority = Priority.FILE
        self.show(outgoing)

    def show_before_all(self, outgoing: Outgoing, links: Collection[int] = ()) -> None:
        """Answer with a message that is to be read before anything else: what is kept stands below it."""
        if wants_line(self.tx, self.person):
            outgoing = replace(outgoing, text=f"{outgoing.text}\n\n{self.voice.say(KEPT)}")
        self.show(outgoing, links=links)

    def says(self, message: str) -> bool:
        """Return whether one of our texts stands in the tapped message, in whichever language it was said."""
        found = self._tapped_message()
        said = found[1][0].text if found else ""
        return any(Voice.of(language).say(message) in said for language in LANGUAGES)

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
        feelings = "after" if moment.before and moment.feelings == "both" else moment.feelings
        gentle = moment.nudge_id is not None and self.gentle_today()
        occasion = Occasion(moment.id, practice, feelings, turn, cue, gentle)
        if practice.keeps in OWN_WORDS:
            own = kept.newest_text(self.tx, self.person.id, self.person.seal, practice.keeps)
            occasion = replace(occasion, own_words=own.rpartition("\n")[2] if own else None)
        return opening(self.voice, occasion)

    def was_shown(self) -> bool:
        """Return whether the tapped button really stood under the tapped message, as far as that is still known."""
        found = self._tapped_message()
        # Of a message that is redrawn, one of the drawings before may still have been on the screen.
        return found is None or any(button.payload == self.incoming.text for button in _buttons(found[1]))

    def refresh(self) -> None:
        """Look the person up again, after something about them has changed."""
        found = find(self.tx, self.incoming.address)
        if found:
            found.seal.met |= self.person.seal.met  # whose words were met in this visit
            self.person = replace(found, via=self.person.via, direct=self.person.direct)

    def gentle_today(self) -> bool:
        """Return whether the person has given a low face today: a gentle day, with tiny asks and no cheering."""
        low_at, here = self.person.low_at, self.person.here
        return low_at is not None and local(here, low_at).date() == local(here, self.tx.now).date()

    def tapped_row(self) -> int | None:
        """Return the outbox row of the tapped message, or None when it is not known any more."""
        if self.incoming.message is None:
            return None
        return bodies.find_message(self.tx, self.person.address_id, self.incoming.message)

    def perform(self, effect: object) -> dict[str, Any]:
        """Do what a flow asked for, and return what the flow should remember of it."""
        return self.book.effects[type(effect)](self, effect) or {}

    def settle(self) -> bool:
        """Take the buttons off the tapped message and show what was chosen; return False when that was done before.

        A message that is not known any more cannot tell, so its tap counts as the first.
        """
        found = self._tapped_message()
        if found is None:
            return True
        outbox_id, drawn = found
        label = next((button.label for button in _buttons(drawn) if button.payload == self.incoming.text), "")
        edit = replace(drawn[0], rows=(), form=None, chosen=label, op=Op.EDIT)
        self._tapped = None
        return shelf.put(self.tx, self.person.recipient, edit, Terms(key=f"settled:{outbox_id}", edits=outbox_id))

    def redraw(self, changed: Outgoing, links: Collection[int] = ()) -> None:
        """Change the tapped message in place, its buttons too; what it shows stays, and a settled one as it is.

        One that is forgotten is said anew; what these links tell stands in it either way.
        """
        found = self._tapped_message()
        if found is None:
            self.show(changed, links=links)
        elif not found[1][0].rows:  # settled
            self.toast = self.voice.say(OLD)
        else:
            outbox_id, (said, *_) = found
            kept = {part: getattr(said, part) for part in ("file", "attachment", "picture", "alt", "nudge", "owners")}
            edit = replace(changed, op=Op.EDIT, **kept)
            self._tapped = None
            shelf.put(self.tx, self.person.recipient, edit, Terms(edits=outbox_id))
            shelf.note_links(self.tx, outbox_id, links)

    def take_away(self) -> bool:
        """Delete the tapped message and forget what it said; return False when it is not known any more."""
        found = self.tapped_row()
        if found is None:
            return False
        shelf.put(self.tx, self.person.recipient, Outgoing(op=Op.DELETE), Terms(edits=found))
        shelf.forget_message(self.tx, self.person.recipient, found)
        self._tapped = None
        return True

    def settle_question(self, concerns: Callable[[Payload], bool]) -> None:
        """Take the buttons off the messages that words have answered: those with a button that is concerned."""
        self._tapped = None
        for outbox_id, said in bodies.newest_messages(self.tx, self.person.address_id, self.person.seal, RECENT):
            payloads = [read_payload(button.payload) for button in _buttons([said])]
            if any(payload is not None and concerns(payload) for payload in payloads):
                drawn = bodies.drawings(self.tx, self.person.address_id, outbox_id, self.person.seal)
                edit = replace(drawn[0] if drawn else said, rows=(), form=None, op=Op.EDIT)
                shelf.put(self.tx, self.person.recipient, edit, Terms(key=f"settled:{outbox_id}", edits=outbox_id))

    def _tapped_message(self) -> tuple[int, list[Outgoing]] | None:
        """Return the row of the tapped message and what it has looked like, newest first; None when forgotten."""
        message = self.incoming.message
        if self._tapped is None and message is not None:
            self._tapped = bodies.find_drawings(self.tx, self.person.address_id, message, self.person.seal)
        return self._tapped


def _buttons(drawn: list[Outgoing]) -> Iterator[Button]:
    for said in drawn:
        yield from (button for row in said.rows for button in row)
        if said.form:
            yield said.form
