"""Errors that say what to do next, so that the code which catches one needs no second question."""


class PebbleError(Exception):
    """Root of everything Pebble raises on purpose."""


class TryLater(PebbleError):
    """Nothing has happened yet; the same call may succeed later.

    `after` is in seconds (None: the caller backs off by itself). `everywhere` is true when the platform's limit
    holds for all chats, false when it holds for this one chat. `limited` is true when the platform named the pause
    itself (a 429), false when it was merely out of reach.
    """

    def __init__(
        self, why: str, after: float | None = None, *, everywhere: bool = False, limited: bool = False
    ) -> None:
        super().__init__(why)
        self.after = after
        self.everywhere = everywhere
        self.limited = limited


class InDoubt(PebbleError):
    """The line was cut after the message had left: it may have arrived. Sent once more, then counted as unknown."""


class Unreachable(PebbleError):
    """The person blocked the bot, left or is gone: pause the address until they write again."""


class Refused(PebbleError):
    """The platform will never take this message: do not try again."""


class Moved(PebbleError):
    """The chat has a new id: rewrite the address and send there."""

    def __init__(self, chat: str) -> None:
        super().__init__("the chat has moved")
        self.chat = chat


class Outdated(PebbleError):
    """What was to be changed is gone, or is already as wished: nothing is left to do."""


class Misconfigured(PebbleError):
    """The host has to change a setting. The message is one line that names it; the process exits with 78."""


class SealBroken(Misconfigured):
    """The host's keys do not open this one person's key; everybody else can go on."""


class SealGone(SealBroken):
    """This person was erased and their key destroyed: what is left of them, in a copy that was put back, goes too."""


class AlreadyRunning(PebbleError):
    """Another copy holds the same embedded database; the process exits with 75."""
