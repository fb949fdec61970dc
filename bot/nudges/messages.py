"""The rows of the outbox that put a moment before a person: from the stencils, or with words of the person's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import structlog
from cryptography.fernet import InvalidToken

from bot.catalogue import Catalogue
from bot.errors import SealBroken
from bot.nudges.due import DueNudge
from bot.nudges.kept import newest_text
from bot.nudges.own import PREFIX
from bot.nudges.prompts import OWN_WORDS, Occasion
from bot.nudges.ringing import Ring, once_more_at
from bot.nudges.stencils import Look, Stencils, worded
from bot.outbox.shelf import Recipient, Row, Terms, row, row_of_body
from bot.outbox.states import Priority
from bot.schedules.times import slot_at
from bot.store import Seal, Tx
from bot.texts import Voice

log = structlog.get_logger()


@dataclass(slots=True)
class Ringing:
    """A nudge that rings."""

    nudge: DueNudge
    due_at: int
    """UTC seconds."""
    ring: Ring
    feelings: str = "none"
    wording: int = 0


def messages(tx: Tx, one: Ringing, moment_id: int, catalogue: Catalogue, stencils: Stencils) -> Iterator[Row]:
    """Yield the rows that put the moment before the person, now and where it is wanted once more."""
    nudge, ring = one.nudge, one.ring
    gentle = nudge.low_at is not None and slot_at(nudge.zone, nudge.low_at)[:10] == slot_at(nudge.zone, tx.now)[:10]
    leaving = tx.now if ring.leaves_at is None else ring.leaves_at
    look = Look(nudge.language, nudge.practice, one.feelings, one.wording, nudge.cue, gentle, not nudge.sound)
    # The slot first: keys of one evening lie side by side in their index, and not all over it.
    terms = Terms(f"nudge:{ring.slot}:{nudge.id}:0", Priority.NUDGE, leaving, ring.deadline, moment_id)
    # Only a cue or a practice in the person's own words makes the message theirs; sealing each would halve the speed.
    own = nudge.practice.startswith(PREFIX)
    seal = _seal(tx, nudge) if own or nudge.sealed_cue or catalogue[nudge.practice].keeps in OWN_WORDS else None
    if seal is not None:
        yield _own_message(tx, nudge, seal, look, terms, catalogue)
    elif not own:  # what cannot be sealed does not lie there open
        yield row_of_body(tx, nudge.address_id, stencils.body(look, moment_id), terms)
    if nudge.follow_up and not gentle:  # on a hard day never more prompts
        coming = once_more_at(nudge.timing, leaving, ring.deadline)
        if coming is not None:
            terms = terms._replace(key=f"nudge:{ring.slot}:{nudge.id}:1", not_before=coming)
            look = look._replace(again=True)
            if not own:
                yield row_of_body(tx, nudge.address_id, stencils.body(look, moment_id), terms)
            elif seal is not None:
                yield _row(tx, nudge, seal, look, _occasion(look, moment_id, catalogue), terms)


def _own_message(tx: Tx, nudge: DueNudge, seal: Seal, look: Look, terms: Terms, catalogue: Catalogue) -> Row:
    """Return the outbox row of a message in which words of the person's own stand, sealed."""
    keeps = catalogue[nudge.practice].keeps
    line = _readable(nudge, lambda: _kept_line(tx, nudge, seal, keeps)) if keeps in OWN_WORDS else None
    assert terms.moment_id is not None
    occasion = _occasion(look, terms.moment_id, catalogue)
    occasion = replace(occasion, cue=_own_cue(nudge, seal) or occasion.cue, own_words=line)
    return _row(tx, nudge, seal, look, occasion, terms)


def _row(tx: Tx, nudge: DueNudge, seal: Seal, look: Look, occasion: Occasion, terms: Terms) -> Row:
    message = worded(Voice.of(look.language), occasion, silent=look.silent, again=look.again)
    return row(tx, Recipient(nudge.address_id, seal), message, terms)


def _occasion(look: Look, moment_id: int, catalogue: Catalogue) -> Occasion:
    return Occasion(
        moment_id=moment_id,
        practice=catalogue[look.practice],
        feelings=look.feelings,
        turn=look.turn,
        cue=catalogue.cue_phrase(look.cue, Voice.of(look.language)),
        gentle=look.gentle,
    )


def _kept_line(tx: Tx, nudge: DueNudge, seal: Seal, shelf: str) -> str | None:
    """Return the last line of what the person keeps on a shelf."""
    text = newest_text(tx, nudge.person_id, seal, shelf)
    return text.rpartition("\n")[2] if text else None


def _seal(tx: Tx, nudge: DueNudge) -> Seal | None:
    """Return the person's seal; None where their key cannot be opened: the nudge comes all the same, without them."""
    try:
        return tx.keys.seal(nudge.key_id)
    except SealBroken:
        log.error("key_unreadable", nudge=nudge.id)
        return None


def _own_cue(nudge: DueNudge, seal: Seal) -> str | None:
    sealed = nudge.sealed_cue
    return _readable(nudge, lambda: seal.open(bytes(sealed))) if sealed else None


def _readable(nudge: DueNudge, read: Callable[[], str | None]) -> str | None:
    """Return what the person wrote; None where it cannot be opened: the nudge comes all the same, without it."""
    try:
        return read()
    except (InvalidToken, SealBroken):
        log.error("words_unreadable", nudge=nudge.id)
        return None
