"""Persons' keys: made, found, destroyed, sealed anew; on SQLite in a file, on PostgreSQL in a schema of their own."""

import pytest
from cryptography.fernet import InvalidToken

from bot.errors import SealBroken, SealGone
from bot.store import Keyring, PersonKeys, Store
from tests.kit.databases import KEY


def test_a_key_is_found_again_by_another_process(store: Store) -> None:
    name = store.keys.new_person()
    sealed = store.keys.seal(name).close("mine")
    beside = PersonKeys(store.keys.url, store.keys.host)
    assert beside.seal(name).open(sealed) == "mine"
    with pytest.raises(InvalidToken):
        beside.seal(beside.new_person()).open(sealed)
    beside.close()


def test_a_destroyed_key_is_gone_and_a_missing_one_is_something_else(store: Store) -> None:
    name, other = store.keys.new_person(), store.keys.new_person()
    store.keys.seal(name)
    for _ in range(2):
        store.keys.destroy([name, b"never seen"], 5)
    with pytest.raises(SealGone):
        store.keys.seal(name)
    with pytest.raises(SealBroken, match=r"^PEBBLE_PERSON_KEYS: ") as caught:
        store.keys.seal(b"\x00" * 16)
    assert not isinstance(caught.value, SealGone)
    store.keys.seal(other)
    assert sorted(store.keys.destroyed()) == sorted([name, b"never seen"])
    assert store.keys.destroyed(after=max(name, b"never seen")) == []


def test_keys_are_sealed_anew_and_open_with_the_new_host_key_alone(store: Store) -> None:
    names = [store.keys.new_person() for _ in range(3)]
    sealed = [store.keys.seal(name).close("mine") for name in names]
    store.keys.destroy(names[:1], 5)
    newer = Keyring.new_host_key()
    alone, both = (PersonKeys(store.keys.url, Keyring(keys)) for keys in ([newer], [newer, KEY]))
    with pytest.raises(SealBroken):
        alone.reseal()
    assert (store.keys.old_ones(), both.old_ones()) == (0, 2)
    assert (both.reseal(), both.reseal(), both.old_ones()) == (2, 0, 0)
    assert [alone.seal(name).open(text) for name, text in zip(names[1:], sealed[1:], strict=True)] == ["mine", "mine"]
    for keys in (alone, both):
        keys.close()
