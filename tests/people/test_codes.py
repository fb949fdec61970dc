"""Guesses at codes are few: for an address, and for all of a page where anybody has as many addresses as they like."""

from bot.flows.my_data import PARTS
from bot.gratitude.invitations import Closed, Invitation, invite, open_invitation
from bot.gratitude.queries import NewLink, add_link
from bot.people.codes import GUESSES, HOUR, SHARED
from bot.people.link_codes import LinkCode, show_code, type_code
from bot.people.queries import Person, find, meet, set_name
from bot.privacy.erase import erase
from bot.speech import Address
from bot.store import Store, Tx
from tests.kit.clock import HandClock


def at(tx: Tx, name: str, platform: str = "web") -> Person:
    return meet(tx, Address(platform, name), "en", None)


def use_up(store: Store, *, goes: bool = False) -> None:
    """Guess wrong as often as the whole page may, with a fresh cookie for every five."""

    def work(tx: Tx) -> None:
        for cookie in range(SHARED["web"] // GUESSES):
            guesser = at(tx, f"cookie-{cookie}")
            for guess in range(GUESSES):
                assert not isinstance(type_code(tx, guesser, f"0000-00{guess}0"), LinkCode)
            if goes:
                erase(tx, guesser.id, PARTS)

    store.run_now(work)


def test_with_a_fresh_cookie_for_every_five_guesses_a_hundred_are_all(store: Store, clock: HandClock) -> None:
    code = store.run_now(lambda tx: show_code(tx, at(tx, "anna", "telegram")))
    use_up(store)
    assert not isinstance(store.run_now(lambda tx: type_code(tx, at(tx, "new"), code)), LinkCode)
    assert isinstance(store.run_now(lambda tx: type_code(tx, at(tx, "ben", "telegram"), code)), LinkCode)
    clock.forward(HOUR)
    again = store.run_now(lambda tx: show_code(tx, at(tx, "anna", "telegram")))
    assert isinstance(store.run_now(lambda tx: type_code(tx, at(tx, "new"), again)), LinkCode)


def test_who_has_each_cookie_erased_gets_no_new_guesses(store: Store) -> None:
    code = store.run_now(lambda tx: show_code(tx, at(tx, "anna", "telegram")))
    use_up(store, goes=True)
    assert not isinstance(store.run_now(lambda tx: type_code(tx, at(tx, "new"), code)), LinkCode)


def test_a_link_opens_all_the_same(store: Store) -> None:
    def invited(tx: Tx) -> tuple[str, str]:
        set_name(tx, at(tx, "anna", "telegram"), "Anna")
        anna = find(tx, Address("telegram", "anna"))
        assert anna is not None
        keys = invite(tx, anna, add_link(tx, anna, NewLink("Thank you.", "Ben")))
        return keys.token, keys.code

    token, code = store.run_now(invited)
    use_up(store)
    assert store.run_now(lambda tx: open_invitation(tx, at(tx, "new"), code)) is Closed.GUESSED
    dashed = code + "-" * (22 - len(code))
    assert store.run_now(lambda tx: open_invitation(tx, at(tx, "new"), dashed)) is Closed.UNKNOWN
    assert isinstance(store.run_now(lambda tx: open_invitation(tx, at(tx, "new"), token)), Invitation)


def test_wrong_links_use_up_nobody_elses_guesses(store: Store) -> None:
    code = store.run_now(lambda tx: show_code(tx, at(tx, "anna", "telegram")))

    def work(tx: Tx) -> None:
        for number in range(SHARED["web"] + 1):
            open_invitation(tx, at(tx, f"cookie-{number}"), "A" * 22)

    store.run_now(work)
    assert isinstance(store.run_now(lambda tx: type_code(tx, at(tx, "new"), code)), LinkCode)
