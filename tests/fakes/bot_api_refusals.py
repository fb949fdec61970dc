"""How Telegram says no: the HTTP status, the code in the body and the exact words.

The words are those of the public server's own sources, tdlib/telegram-bot-api
(`telegram-bot-api/Client.cpp`, `ClientManager.cpp`, `HttpConnection.cpp`) and tdlib/td, unless a
line says otherwise. The shape is "Making requests" and "ResponseParameters" of
https://core.telegram.org/bots/api.
"""

from __future__ import annotations

from typing import Any

CHAT_NOT_FOUND = "chat not found"
BLOCKED = "Forbidden: bot was blocked by the user"
DEACTIVATED = "Forbidden: user is deactivated"
CANNOT_INITIATE = "Forbidden: bot can't initiate conversation with a user"
NOT_A_MEMBER = "Forbidden: bot is not a member of the {kind} chat"
KICKED = "Forbidden: bot was kicked from the {kind} chat"
MIGRATED = "group chat was upgraded to a supergroup chat"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_GET_UPDATES = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
SET_WEBHOOK_CAME = "Conflict: terminated by setWebhook request"
NOT_UTF8 = "Strings must be encoded in UTF-8"


class Refusal(Exception):
    """Telegram's "no" to one call. `status` is both the HTTP status and `error_code` of the body."""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters or {}

    def body(self) -> dict[str, Any]:
        """The JSON body; `parameters` is there only when it says something, as on the real server."""
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(message: str, parameters: dict[str, Any] | None = None) -> Refusal:
    """400. The first letter becomes small but in a CONSTANT (Client::fail_query_with_error)."""
    constant = len(message) >= 2 and (message[1] == "_" or "A" <= message[1] <= "Z")
    words = message if constant else message[:1].lower() + message[1:]
    return Refusal(400, f"Bad Request: {words}", parameters)


def forbidden(description: str) -> Refusal:
    """403 with the whole description, prefix included."""
    return Refusal(403, description)


def too_many(retry_after: int) -> Refusal:
    """429. `retry_after` is in whole seconds ("ResponseParameters")."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def conflict(description: str) -> Refusal:
    """409: somebody else reads the updates, or a webhook does."""
    return Refusal(409, description)
