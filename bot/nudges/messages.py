"""The rows of the outbox that put a moment before a person: from the stencils, or with words of the person's own."""

from collections.abc import Iterator
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
    terms = Terms(f"nudge:{nudge.id}:{ring.slot}:0", Priority.NUDGE, leaving, ring.deadline, moment_id)
    # Only a cue or a practice in the person's own words makes the message theirs; sealing each would halve the speed.
    own = nudge.practice.startswith(PREFIX)
    if own or nudge.sealed_cue or catalogue[nudge.practice].keeps in OWN_WORDS:
        yield _own_message(tx, nudge, look, terms, catalogue)
    else:
        yield row_of_body(tx, nudge.address_id, stencils.body(look, moment_id), terms)
    if nudge.follow_up and not gentle:  # on a hard day never more prompts
        coming = once_more_at(nudge.timing, leaving, ring.deadline)
        if coming is not None:
            terms = terms._replace(key=f"nudge:{nudge.id}:{ring.slot}:1", not_before=coming)
            look = look._replace(again=True)
            if own:
                seal, _ = _own_words(tx, nudge)
                yield _row(tx, nudge, seal, look, _occasion(look, moment_id, catalogue), terms)
            else:
                yield row_of_body(tx, nudge.address_id, stencils.body(look, moment_id), terms)


def _own_message(tx: Tx, nudge: DueNudge, look: Look, terms: Terms, catalogue: Catalogue) -> Row:
    """Return the outbox row of a message in which words of the person's own stand, sealed."""
    seal, cue = _own_words(tx, nudge)
    keeps = catalogue[nudge.practice].keeps
    line = _kept_line(tx, nudge, seal, keeps) if keeps in OWN_WORDS and seal else None
    assert terms.moment_id is not None
    occasion = _occasion(look, terms.moment_id, catalogue)
    occasion = replace(occasion, cue=cue or occasion.cue, own_words=line)
    return _row(tx, nudge, seal, look, occasion, terms)


def _row(tx: Tx, nudge: DueNudge, seal: Seal | None, look: Look, occasion: Occasion, terms: Terms) -> Row:
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


def _own_words(tx: Tx, nudge: DueNudge) -> tuple[Seal | None, str | None]:
    """Return the person's seal and their own cue; neither when they cannot be opened: the nudge comes all the same."""
    try:
        seal = tx.keys.seal(nudge.key_id)
        return seal, seal.open(bytes(nudge.sealed_cue)) if nudge.sealed_cue else None
    except (InvalidToken, SealBroken):
        log.error("cue_unreadable", nudge=nudge.id)
        return None, None
