"""Two persons become one: every seal opens with one key, and both keys go when the one is erased, not before."""

import itertools
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.flows.my_data import PARTS
from bot.people.joining import join, part, sealed_columns
from bot.people.queries import find
from bot.privacy.erase import erase
from bot.speech import Address
from bot.store import Store, Tx
from bot.store.tables import metadata, outbox, past_keys, persons
from tests.flows.looking import person_of, reopened
from tests.kit.talk import Friend, House
from tests.privacy.copies import readable
from tests.privacy.filling import fill
from tests.privacy.test_delete import asks_and_taps, swept
from tests.privacy.test_old_copies import CANARY, OTHER, file_of, keys_of, saved, two


def test_whatever_is_sealed_is_sealed_anew() -> None:
    wanted = {column for table in metadata.sorted_tables for column in table.c if column.name.startswith("sealed_")}
    found = {column for _, column, _ in sealed_columns(1)}
    # The name is a setting: the one who stays keeps theirs (`_settle`).
    assert found == (wanted - {persons.c.sealed_name}) | {outbox.c.body}


def test_each_cell_of_either_opens_with_the_key_of_who_stays(store: Store) -> None:
    numbers = itertools.count(1)

    def work(tx: Tx) -> tuple[int, list[str]]:
        anna, ben = fill(tx, "anna", numbers), fill(tx, "ben", numbers)
        stays = join(tx, anna.person.id, ben.person.id)
        found = find(tx, Address("memory", "ben"))
        assert found is not None
        assert found.id == stays == anna.person.id
        said: list[str] = []
        for _, column, whose in sealed_columns(stays):
            said += [
                found.seal.open(bytes(cell)) for cell in tx.connection.scalars(select(column).where(whose)) if cell
            ]
        return len(said), said

    count, said = store.run_now(work)
    assert count > 15
    assert any("ben links.sealed_by_receiver" in one for one in said)
    assert any("ben outbox.body" in one for one in said)
    assert any("ben words.sealed_text" in one for one in said)


def names(house: House, *friends: Friend) -> list[bytes]:
    def work(tx: Tx) -> list[bytes]:
        ids = [person_of(tx, friend).id for friend in friends]
        found: Any = tx.connection.execute(select(persons.c.id, persons.c.key_id)).all()
        keys = {row.id: bytes(row.key_id) for row in found}
        return [keys[number] for number in ids]

    return house.store.run_now(work)


def joined(house: House, one: Friend, other: Friend) -> int:
    return house.store.run_now(lambda tx: join(tx, person_of(tx, one).id, person_of(tx, other).id))


def put_back(house: House, copy: Path) -> House:
    """Put an old copy in the place of the database, and open it as a start does."""
    house.store.close()
    database = file_of(house)
    for path in database.parent.glob(f"{database.name}-*"):
        path.unlink()
    shutil.copy(copy, database)
    return reopened(house)


async def test_a_copy_from_before_the_joining_holds_two_who_are_not_erased(house: House, tmp_path: Path) -> None:
    anna, ben = await two(house)
    copy = saved(house, tmp_path / "old")[1]
    joined(house, anna, ben)
    await house.store.finish_erasures()
    assert house.store.keys.destroyed() == []
    again = put_back(house, copy)
    await again.rota.begin_anew()
    for friend, words in ((anna, CANARY), (ben, OTHER)):
        there = again.person(friend.name)
        await there.command("moments")
        assert words in there.newest.text
    again.store.close()


async def test_once_the_joined_one_is_erased_no_copy_from_before_can_be_read(house: House, tmp_path: Path) -> None:
    anna, ben = await two(house)
    copies = saved(house, tmp_path / "old")
    keys = names(house, anna, ben)
    joined(house, anna, ben)
    await asks_and_taps(ben)
    await swept(house)
    assert sorted(house.store.keys.destroyed()) == sorted(keys)
    after = readable(copies, keys_of(house))
    assert CANARY.encode() not in after
    assert OTHER.encode() not in after
    again = put_back(house, copies[1])
    await again.rota.begin_anew()
    await again.rota.clear_away()
    assert again.store.run_now(lambda tx: tx.connection.execute(select(persons)).all()) == []
    again.store.close()


async def test_keys_of_three_chats_go_together(house: House) -> None:
    anna, ben = await two(house)
    carl = house.person("carl")
    await carl.command("help")
    keys = names(house, anna, ben, carl)
    joined(house, ben, carl)
    stays = joined(house, anna, ben)
    assert len(house.store.run_now(lambda tx: tx.connection.execute(select(past_keys)).all())) == 2
    house.store.run_now(lambda tx: erase(tx, stays, PARTS))
    assert sorted(house.store.keys.destroyed()) == sorted(keys)
    assert house.store.run_now(lambda tx: tx.connection.execute(select(past_keys)).all()) == []


async def test_who_parts_and_goes_takes_only_their_own_key(house: House) -> None:
    anna, ben = await two(house)
    keys = names(house, anna, ben)
    joined(house, anna, ben)
    house.store.run_now(lambda tx: part(tx, person_of(tx, ben), person_of(tx, ben).address_id, []))
    await ben.command("help")
    await asks_and_taps(ben)
    assert not set(keys) & set(house.store.keys.destroyed())
    await anna.command("moments")
    assert OTHER in anna.newest.text
