"""How often a message may have been sent where nobody knows: what the death of a sender leaves in doubt.

A sender has several rows in hand, and most of them only wait for their slot. One that is found in a dead sender's hands
may have been sent. It is sent once more, and that this begins is written before: so a second death puts it beyond what
may be tried only where it may really have been sent twice.
"""

from sqlalchemy import and_, bindparam, case, or_, update

from bot.outbox.states import State
from bot.store import Tx
from bot.store.tables import outbox

MOST_COPIES = 2
MOST_HANDS = 8
"""Claims after which a row in doubt is given up when one more sender dies with it: it may be what ends them."""

GIVEN_UP = or_(
    outbox.c.doubts >= MOST_COPIES,
    and_(outbox.c.doubts > 0, outbox.c.claims >= MOST_HANDS),
)
"""Whether a row that is found in a dead sender's hands is left alone from now on, as unknown."""

DOUBTED = case((outbox.c.doubts > 0, outbox.c.doubts), else_=1)
"""The doubts of any other row that is found there."""

PUT_BACK = case((outbox.c.doubts >= MOST_COPIES, MOST_COPIES - 1), else_=outbox.c.doubts)
"""The doubts of a row that waits: whoever put it back knows that what was written to begin then has not arrived."""


def begin_again(tx: Tx, row_id: int) -> bool:
    """Write that a row in doubt is being sent once more; return False where somebody else has it in hand by now."""
    return tx.connection.execute(_AGAIN, {"row_id": row_id}).rowcount == 1


_AGAIN = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.state == State.SENDING, outbox.c.doubts < MOST_COPIES)
    .values(doubts=MOST_COPIES)
)
