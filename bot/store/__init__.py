"""The engine, units of work, the schema and sealed texts."""

from bot.store.engine import Store, Tx
from bot.store.person_keys import PersonKeys
from bot.store.sealed import Keyring, Seal

__all__ = ["Keyring", "PersonKeys", "Seal", "Store", "Tx"]
