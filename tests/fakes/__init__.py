"""Handwritten stand-ins for the world outside, as strict as the real thing."""

from .bot_api import TOKEN, BotApi
from .bot_api_faults import Broken, Call, Cut, Delay, Forbidden, Hang, Refused, TooMany
from .bot_api_keyboard import Button
from .bot_api_people import Group, Person
from .bot_api_webhook import Delivery
from .bot_api_world import Message, Toast

__all__ = [
    "TOKEN",
    "BotApi",
    "Broken",
    "Button",
    "Call",
    "Cut",
    "Delay",
    "Delivery",
    "Forbidden",
    "Group",
    "Hang",
    "Message",
    "Person",
    "Refused",
    "Toast",
    "TooMany",
]
