"""Sealed texts: what a person wrote can be read with that person's key, and with nothing else."""

from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from bot.errors import Misconfigured, SealGone
from bot.store import Keyring
from bot.store.person_keys import PersonKeys

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


@pytest.fixture
def three(tmp_path: Path) -> tuple[PersonKeys, list[bytes]]:
    """A place with the keys of three persons."""
    keys = PersonKeys(make_url(f"sqlite:///{tmp_path / 'person.keys'}"), _HOST)
    return keys, [keys.new_person() for _ in range(3)]


def test_what_several_keys_seal_together_opens_with_all_of_them_only(three: tuple[PersonKeys, list[bytes]]) -> None:
    keys, (anna, bea, carl) = three
    sealed = keys.seal(anna).close("from bea and carl", {bea, carl})
    assert b"from" not in sealed
    reader = keys.seal(anna)
    assert reader.open(sealed) == "from bea and carl"
    assert reader.met == {bea, carl}, "it knows whose words it has met"
    assert keys.seal(anna).met == set()
    for other in (bea, carl):
        with pytest.raises(InvalidToken):
            keys.seal(other).open(sealed)
    keys.destroy([carl], 1)
    with pytest.raises(SealGone):
        keys.seal(anna).open(sealed)
    with pytest.raises(SealGone):
        keys.seal(anna).close("once more", {carl})


def test_each_text_says_whose_it_is_and_looking_through_it_notes_nothing(
    three: tuple[PersonKeys, list[bytes]],
) -> None:
    keys, (anna, bea, carl) = three
    seal = keys.seal(anna)
    assert seal.read(seal.close("mine")) == ("mine", frozenset())
    assert seal.read(seal.close("hers", (bea,))) == ("hers", frozenset({bea}))
    assert seal.met == set()
    moved = keys.seal(carl).take_over(seal, seal.close("hers", (bea,)))
    assert keys.seal(carl).read(moved) == ("hers", frozenset({bea}))


def test_an_owner_cannot_be_taken_off_what_is_sealed(three: tuple[PersonKeys, list[bytes]]) -> None:
    keys, (anna, bea, carl) = three
    sealed = keys.seal(anna).close("hers", (bea,))
    for tampered in (sealed[19:], sealed.replace(bea, carl)):
        with pytest.raises(InvalidToken):
            keys.seal(anna).open(tampered)
