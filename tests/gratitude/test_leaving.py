"""What there is of a person in thanks, handed out or gone."""

import pytest
from sqlalchemy import select

from bot.gratitude.leaving import TABLES, everything_of, leave, relayed
from bot.store import Store, Tx
from bot.store.tables import invitations, outbox, persons
from tests.flows.looking import person_of
from tests.kit.clock import HandClock
from tests.kit.talk import Friend, House
from tests.kit.thanks import SENTENCE, all_links, invite, letters, meet, thank

DAY = 86_400


@pytest.fixture
def house(store: Store, clock: HandClock) -> House:
    """On both databases."""
    return House(store, clock)


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


async def test_everything_is_handed_out_and_nothing_of_others(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await bea.tap("❤️")
    await bea.tap("…")
    await bea.tap("Block")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Not for Bea to see.")

    def given(friend: Friend) -> dict[str, list[dict[str, object]]]:
        return house.store.run_now(lambda tx: everything_of(tx, person_of(tx, friend)))

    assert given(anna)["people"] == [{"name": "Bea", "muted": False, "blocked": False}]
    assert [row["sentence"] for row in given(anna)["thanks_sent"]] == [SENTENCE, "Not for Bea to see."]
    assert [(row["sentence"], row["name"], row["answer"]) for row in given(bea)["thanks_received"]] == [
        (SENTENCE, "Anna", "heart")
    ]
    assert given(bea)["people"] == [{"name": "Anna", "muted": False, "blocked": True}]


async def test_who_leaves_names_nobody_and_the_other_copy_stays(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await invite(anna, "Carl")
    number = house.store.run_now(lambda tx: person_of(tx, anna).id)
    house.store.run_now(lambda tx: leave(tx, number))

    def named(tx: Tx) -> list[str]:
        columns = [column for table in TABLES for column in table.c if column.foreign_keys]
        mine = [c for c in columns if any(key.column.table is persons for key in c.foreign_keys)]
        return [str(c) for c in mine if tx.connection.execute(select(c).where(c == number)).first()]

    assert house.store.run_now(named) == []
    first = all_links(house)[0]
    assert (first.sealed_by_sender, first.sender_number, first.receiver_number, first.depth) == (None, 1, 2, 1)
    assert first.sealed_by_receiver is not None
    assert house.store.run_now(lambda tx: tx.connection.execute(select(invitations)).all()) == []


async def test_what_waits_is_not_brought_once_its_sender_has_left(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY + 13 * 3600)  # 23:00
    await thank(anna, "Bea", "Good night.")
    number = house.store.run_now(lambda tx: person_of(tx, anna).id)
    house.store.run_now(lambda tx: leave(tx, number))
    await house.pass_time(DAY)
    assert letters(bea) == [SENTENCE]


async def test_the_messages_that_brought_a_sentence_are_found(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Another one.")
    number, theirs = house.store.run_now(lambda tx: (person_of(tx, anna).id, person_of(tx, bea).address_id))
    found = house.store.run_now(lambda tx: relayed(tx, number))
    assert [address for address, _ in found] == [theirs, theirs]
    keys = house.store.run_now(
        lambda tx: set(tx.connection.scalars(select(outbox.c.key).where(outbox.c.id.in_([row for _, row in found]))))
    )
    assert keys == {f"thanks:{link.id}" for link in all_links(house)}


async def test_over_invitations_are_forgotten_after_a_while(anna: Friend, house: House) -> None:
    await invite(anna, "Bea")
    await house.pass_time(13 * DAY)
    await house.rota.forget()
    assert house.store.run_now(lambda tx: len(tx.connection.execute(select(invitations)).all())) == 1
    await house.pass_time(2 * DAY)
    await house.rota.forget()
    assert house.store.run_now(lambda tx: len(tx.connection.execute(select(invitations)).all())) == 0
    assert len(all_links(house)) == 1
