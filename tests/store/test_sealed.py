"""Sealed texts: what a person wrote can be read with that person's key, and with nothing else."""

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.store import Keyring

ODD = [
    "",
    " ",
    "Good morning",
    "👩‍👩‍👧‍👦 and 🏳️‍🌈",
    "שלום \u202eright to left\u202c",
    "Z̷a̴l̸g̶o̵",
    "'; DROP TABLE words; --",
    "{0.__class__}",
    "\u200b",
    "\n" * 200,
    "𝒳" * 4096,
]


@pytest.mark.parametrize("text", ODD)
def test_a_sealed_text_comes_back_as_it_was(text: str) -> None:
    keyring = Keyring([Keyring.new_host_key()])
    seal = keyring.seal(keyring.new_person()[0])
    sealed = seal.close(text)
    assert seal.open(sealed) == text
    assert not text.strip() or text.encode() not in sealed
    assert seal.open_json(seal.close_json({"said": [text, None, 3]})) == {"said": [text, None, 3]}


_HOST = Keyring([Keyring.new_host_key()])
_SEAL = _HOST.seal(_HOST.new_person()[0])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert _SEAL.open(_SEAL.close(text)) == text


def test_the_same_text_never_looks_the_same_twice() -> None:
    assert _SEAL.close("thanks") != _SEAL.close("thanks")


def test_another_persons_seal_does_not_open_it() -> None:
    anna, ben = (_HOST.seal(_HOST.new_person()[0]) for _ in range(2))
    with pytest.raises(InvalidToken):
        ben.open(anna.close("mine"))


def test_a_text_that_was_tampered_with_does_not_open() -> None:
    sealed = bytearray(_SEAL.close("mine"))
    sealed[20] ^= 1
    with pytest.raises(InvalidToken):
        _SEAL.open(bytes(sealed))


def test_a_new_host_key_in_front_leaves_old_persons_readable() -> None:
    old, new = Keyring.new_host_key(), Keyring.new_host_key()
    before = Keyring([old])
    wrapped, _ = before.new_person()
    sealed = before.seal(wrapped).close("still mine")
    both = Keyring([new, old])
    assert both.seal(wrapped).open(sealed) == "still mine"
    newcomer, _ = both.new_person()
    alone = Keyring([new])
    assert alone.seal(newcomer).open(both.seal(newcomer).close("hello")) == "hello"
    with pytest.raises(Misconfigured, match="PEBBLE_SECRET_KEYS"):
        alone.seal(wrapped)


def test_a_destroyed_key_leaves_its_texts_unreadable() -> None:
    keyring = Keyring([Keyring.new_host_key()])
    wrapped, _ = keyring.new_person()
    sealed = keyring.seal(wrapped).close("forget me")
    for other in (keyring.new_person()[0], b"", b"\x00" * len(wrapped)):
        with pytest.raises((Misconfigured, InvalidToken)):
            keyring.seal(other).open(sealed)


def test_keys_that_fit_nothing_stored_say_which_setting_to_mend() -> None:
    wrapped, _ = Keyring([Keyring.new_host_key()]).new_person()
    with pytest.raises(Misconfigured, match=r"^PEBBLE_SECRET_KEYS: .*earlier key"):
        Keyring([Keyring.new_host_key()]).seal(wrapped)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["ключ"], ["a" * 44], [Keyring.new_host_key(), "x"]])
def test_keys_of_the_wrong_shape_give_one_line_that_names_the_setting(keys: list[str]) -> None:
    with pytest.raises(Misconfigured, match=r"^PEBBLE_SECRET_KEYS: ") as caught:
        Keyring(keys)
    assert "\n" not in str(caught.value)
    assert all(key not in str(caught.value) for key in keys if key.strip("x"))
