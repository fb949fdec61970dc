"""The practices, as data: packs of TOML, checked when they are read."""

from bot.catalogue.catalogue import Catalogue, Offer, Theme
from bot.catalogue.cues import Cue
from bot.catalogue.load import load_catalogue
from bot.catalogue.models import Pack, Practice, Reply
from bot.catalogue.steps import Step

__all__ = ["Catalogue", "Cue", "Offer", "Pack", "Practice", "Reply", "Step", "Theme", "load_catalogue"]
