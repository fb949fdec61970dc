"""What a page is told when its request could not be done: one kind line, in the language that its browser asks for."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.errors import PebbleError
from bot.texts import N_, Voice

LATER = N_("I’m catching my breath. Your words stay here and go out by themselves in a moment.")
UNREADABLE = N_("That did not reach me in one piece. Reloading the page usually helps.")
UNNAMED = N_("A name here is made of small letters, digits and dashes, 24 at most.")
STRANGER = N_("I don’t know this browser yet. Reloading the page introduces you.")
TOO_LONG = N_("That is a bit long for me: 4,096 characters fit into one message.")
NO_FILE = N_("That file is no longer here. Ask me for it again, and I will make a fresh one.")
NO_PICTURE = N_("That picture is no longer here.")
EMPTY = N_("There is nothing in it yet.")


class Unreadable(PebbleError):
    """A browser sent what no page of ours sends; the message is the kind line that it gets back."""


def kind_line(request: Request, text: str, status: int) -> JSONResponse:
    """Answer with one of the lines."""
    voice = Voice.accepted(request.headers.get("accept-language", ""))
    return JSONResponse({"line": voice.say(text)}, status)
