"""What to do next when Discord, or the line to it, says no.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
"""

import aiohttp
import discord

from bot.errors import InDoubt, Outdated, PebbleError, Refused, TryLater, Unreachable

TOKEN_REFUSED = "Discord does not accept PEBBLE_DISCORD_TOKEN"  # noqa: S105 - words, not a token

CLOSED = {50007, 50278, 10013, 50001, 50033}
"""Pebble is not let in: direct messages are off, no server is shared any more, the person or the chat is gone."""
_GONE = {10008, 10003, 50005, 50083}
"""The message or its chat is gone, or it is somebody else's."""
_OVER = {10015, 10062, 50027, 40060}
"""An interaction that can no longer be answered: it is unknown by now, its token has lapsed, or it is answered."""
_TOO_MANY_CHATS = 40003
_TOO_MANY_CHATS_PAUSE = 60.0


def is_over(error: Exception) -> bool:
    """Return whether the way back of an event has closed."""
    return isinstance(error, discord.HTTPException) and error.code in _OVER


def is_closed(error: Exception) -> bool:
    """Return whether the person's own chat lets Pebble not in."""
    return isinstance(error, discord.HTTPException) and error.code in CLOSED


def next_step(error: Exception, *, changes: bool, everywhere: bool = False) -> PebbleError:
    """Return what `send` raises for `error`; `changes`: a message was to be edited or deleted.

    `everywhere` says that a limit which the library has told without a word on it holds for all chats.
    """
    match error:
        case PebbleError():
            return error
        case discord.RateLimited():
            return TryLater(problem(error), error.retry_after, everywhere=everywhere, limited=True)
        case discord.HTTPException() if error.status == 429:
            return TryLater(problem(error), _retry_after(error), everywhere=True, limited=True)
        case discord.HTTPException():
            return _of_answer(error, changes=changes)
        case aiohttp.ClientConnectorError():
            return TryLater(type(error).__name__, everywhere=True)
    # Cut off after it had left, or an answer that cannot be read: the nonce drops the repeat.
    return InDoubt(type(error).__name__)


def _of_answer(error: discord.HTTPException, *, changes: bool) -> PebbleError:
    said = problem(error)
    if changes and error.code in _GONE | CLOSED | _OVER:
        return Outdated(said)
    if error.code in CLOSED | _OVER:
        return Unreachable(said)  # a way back that is over is only the last resort where the chat is closed
    if error.code == _TOO_MANY_CHATS:
        return TryLater(said, _TOO_MANY_CHATS_PAUSE, limited=True)
    if error.status == 401:
        return TryLater(TOKEN_REFUSED, everywhere=True)
    if error.status >= 500 or (error.code == 0 and error.status in (403, 404)):
        # The latter is not Discord's own word, which has a code, but that of something on the way.
        return TryLater(said, everywhere=True)
    if error.code == 10003:
        return TryLater(said)  # a chat that was closed and opened anew: it is looked up again
    return Refused(said)


def problem(error: Exception) -> str:
    """Return a short line for logs: kind and code. Discord's words may quote what a person wrote."""
    if isinstance(error, discord.HTTPException):
        return f"{type(error).__name__} {error.status} {error.code}"
    return type(error).__name__


def _retry_after(error: discord.HTTPException) -> float:
    written = error.response.headers.get("Retry-After", "")
    return float(written) if written.replace(".", "", 1).isdecimal() else 5.0
