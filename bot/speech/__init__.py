"""Platform-neutral words: what comes in, what goes out, and the port that every chat implements."""

from bot.speech.chat import Chat, Receipt, Receive, WayIn, Ways
from bot.speech.forms import Field, Form
from bot.speech.incoming import Address, File, Incoming, Kind, Shared, Shown, pack, unpack
from bot.speech.outgoing import Attachment, Button, Op, Outgoing, Rows
from bot.speech.payload import Payload, read_payload
from bot.speech.slash import Slash

__all__ = [
    "Address",
    "Attachment",
    "Button",
    "Chat",
    "Field",
    "File",
    "Form",
    "Incoming",
    "Kind",
    "Op",
    "Outgoing",
    "Payload",
    "Receipt",
    "Receive",
    "Rows",
    "Shared",
    "Shown",
    "Slash",
    "WayIn",
    "Ways",
    "pack",
    "read_payload",
    "unpack",
]
