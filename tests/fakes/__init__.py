"""Handwritten stand-ins for the world outside, as strict as the real thing."""

from .bot_api import TOKEN, BotApi
from .bot_api_faults import Broken, Call, Cut, Delay, Forbidden, Hang, Refused, TooMany
from .bot_api_keyboard import Button
from .bot_api_people import Group, Person
from .bot_api_webhook import Delivery
from .bot_api_world import Message, Toast
from .discord_api import DISCORD_TOKEN, DiscordApi
from .discord_faults import DiscordCall, DiscordRefused, DiscordTooMany
from .discord_people import Person as DiscordPerson
from .discord_seen import Seen
from .patience import PATIENCE

__all__ = [
    "DISCORD_TOKEN",
    "PATIENCE",
    "TOKEN",
    "BotApi",
    "Broken",
    "Button",
    "Call",
    "Cut",
    "Delay",
    "Delivery",
    "DiscordApi",
    "DiscordCall",
    "DiscordPerson",
    "DiscordRefused",
    "DiscordTooMany",
    "Forbidden",
    "Group",
    "Hang",
    "Message",
    "Person",
    "Refused",
    "Seen",
    "Toast",
    "TooMany",
]
