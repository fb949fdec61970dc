"""How Discord says no: status, code and words, and the nested complaints about a body.

Codes and words are those of https://discord.com/developers/docs/topics/opcodes-and-status-codes; where that list has
only a code, the words are what the API answers.
"""

from __future__ import annotations

from typing import Any

_WORDS = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    20012: (403, "You are not authorized to perform this action on this application"),
    30032: (400, "Maximum number of application commands reached (100)"),
    40003: (403, "You are opening direct messages too fast"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50035: (400, "Invalid Form Body"),
    50109: (400, "The request body contains invalid JSON."),
    50159: (400, "Voice messages do not support additional content."),
    50160: (400, "Voice messages must have a single audio attachment."),
    50161: (400, "Voice messages must have supporting metadata."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
}


class Refusal(Exception):
    """An answer that is no 2xx, with what Discord writes into its body."""

    def __init__(self, status: int, code: int, message: str, more: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body = {"message": message, "code": code} | (more or {})


def refused(code: int) -> Refusal:
    """The refusal that Discord gives this code to."""
    status, message = _WORDS[code]
    return Refusal(status, code, message)


class Form:
    """What is wrong with a body, field by field; a path is written with dots ("embeds.0.title")."""

    def __init__(self) -> None:
        self.errors: dict[str, Any] = {}

    def blame(self, path: str, code: str, message: str) -> None:
        """Adds one complaint."""
        node = self.errors
        for part in path.split("."):
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def text(self, path: str, value: Any, most: int, least: int = 0) -> None:
        """A string of `least` to `most` code points; with `least` above 0 it has to be there."""
        if value is None:
            if least:
                self.blame(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not isinstance(value, str):
            self.blame(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        elif least and not least <= len(value) <= most:
            self.blame(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        elif len(value) > most:
            self.blame(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def items(self, path: str, value: Any, most: int, least: int = 0) -> list[Any]:
        """A list of `least` to `most` entries; what can be read of it, for further checks."""
        if value is None and not least:
            return []
        if not isinstance(value, list):
            self.blame(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            self.blame(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return value

    def number(self, path: str, value: Any, least: int, most: int) -> None:
        """A whole number in these bounds, or nothing."""
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int):
            self.blame(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value < least:
            self.blame(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        elif value > most:
            self.blame(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")

    def one_of(self, path: str, value: Any, allowed: tuple[int, ...]) -> bool:
        """True for one of these numbers."""
        if value in allowed and not isinstance(value, bool):
            return True
        self.blame(path, "BASE_TYPE_CHOICES", f"Value must be one of {set(allowed)}.")
        return False

    def check(self) -> None:
        """Raises the 50035 with everything that was complained about."""
        if self.errors:
            status, message = _WORDS[50035]
            raise Refusal(status, 50035, message, {"errors": self.errors})
