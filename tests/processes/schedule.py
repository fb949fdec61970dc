"""People with nudges, put into a database while no process looks."""

from sqlalchemy import update

from bot.clock import utc
from bot.nudges.queries import Wish, create
from bot.people.queries import meet
from bot.schedules.rules import EVERY_DAY, Rule, Times, Weekly
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import due

DAY = 86_400
HALF_AN_HOUR = 1800


def nudge_due(tx: Tx, chat: int, at: int, grace: int = HALF_AN_HOUR) -> int:
    """Let this person be known with a daily nudge that was due at the minute of `at` (UTC seconds); return its id."""
    at -= at % 60
    minute = utc(at).hour * 60 + utc(at).minute
    person = meet(tx, Address("telegram", str(chat)), "en", None)
    made = create(tx, person, Wish("one-breath", Rule(Weekly(EVERY_DAY), Times((minute,))), "Etc/UTC", grace))
    tx.connection.execute(update(due).where(due.c.nudge_id == made).values(at=at))
    return made
