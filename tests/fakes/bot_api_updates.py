"""The queue of updates: "Getting updates", and Client::do_get_updates of tdlib/telegram-bot-api.

An update stays until an offset above its id confirms it; until then every getUpdates brings it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# "getUpdates", allowed_updates: by default all but these three
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_FIRST_ID = 700_000_001


@dataclass(eq=False)
class Waiting:
    """One update in the queue."""

    id: int | None  # None: a malformed update without a number
    body: Any
    as_given: bool  # pushed raw: may have an id that was confirmed long ago, so it is delivered once at least
    delivered: bool = False


@dataclass
class Updates:
    """Updates not yet confirmed, in the order in which they are handed out."""

    waiting: list[Waiting] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)
    last_id: int = _FIRST_ID - 1
    last_body: Any = None

    def add(self, kind: str, body: Any) -> None:
        """A regular update: the next id, unless `allowed_updates` leaves its kind out."""
        if kind not in self.allowed if self.allowed else kind in _NOT_BY_DEFAULT:
            return
        self.last_id += 1
        self.last_body = {"update_id": self.last_id, kind: body}
        self.waiting.append(Waiting(self.last_id, self.last_body, as_given=False))

    def add_raw(self, update: Any) -> int | None:
        """Anything at all, as it is; an object without `update_id` gets the next one. Returns the id."""
        if isinstance(update, dict) and "update_id" not in update:
            update = {"update_id": self.last_id + 1} | update
        number = update.get("update_id") if isinstance(update, dict) else None
        number = number if isinstance(number, int) else None
        if number is not None and number < 2**31 - 1:
            self.last_id = max(self.last_id, number)
        self.last_body = update
        self.waiting.append(Waiting(number, update, as_given=True))
        return number

    def choose(self, kinds: Any) -> None:
        """`allowed_updates`: an empty list means the default, what is no list keeps the last choice."""
        if isinstance(kinds, list):
            self.allowed = {kind for kind in kinds if isinstance(kind, str)}

    def take(self, offset: int, limit: int) -> list[Any]:
        """Confirms what lies below `offset` (a negative one keeps only the last ones), hands out the rest."""
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset > 0:
            self.waiting = [update for update in self.waiting if not _confirmed(update, offset)]
        chosen = self.waiting[:limit]
        for update in chosen:
            update.delivered = True
        return [update.body for update in chosen]

    def forget(self, waiting: Waiting) -> None:
        """A webhook took it, or it was given up."""
        if waiting in self.waiting:
            self.waiting.remove(waiting)

    def pending_for(self, offset: int) -> bool:
        """True when a getUpdates with this offset would bring something."""
        return any(not _confirmed(update, offset) for update in self.waiting)


def _confirmed(update: Waiting, offset: int) -> bool:
    if update.as_given and not update.delivered:
        return False
    return update.id is None or update.id < offset
