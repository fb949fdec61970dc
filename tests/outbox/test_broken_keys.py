"""One person whose key does not open: everybody else goes on."""

import pytest
from sqlalchemy import update

from bot.outbox.marks import counts
from bot.speech import Kind
from bot.store import Store
from bot.store.tables import addresses, outbox, persons
from tests.kit.clock import HandClock
from tests.kit.shelf import PostRoom
from tests.kit.talk import House


async def test_a_person_whose_key_does_not_open_holds_up_nobody(house: House) -> None:
    anna, ben = house.person("anna"), house.person("ben")
    for friend in (anna, ben):
        await friend.command("start")
        await friend.tap("One slow breath")
        await friend.send("feeding the cat")
        await friend.tap("8:30")
        await friend.tap("Yes")
    heard = len(ben.inbox)
    # Something sealed is still waiting for Anna when her key breaks.
    await house.door.receive(anna.event(Kind.COMMAND, "help"))
    house.store.run_now(
        lambda tx: tx.connection.execute(update(persons).where(persons.c.id == 1).values(key_id=b"broken"))
    )
    await house.pass_time(86_400)
    assert any(said.nudge for said in ben.inbox[heard:])
    assert house.store.run_now(counts)["dead"] == 1


async def test_what_is_sealed_for_somebody_who_is_gone_is_dropped_and_holds_up_nobody(
    store: Store, clock: HandClock
) -> None:
    room = PostRoom(store, clock)
    room.put("anna", "sealed with a key that nobody has")
    room.put("ben", "hello")
    anna = addresses.c.id == room.recipient("anna").address_id
    store.run_now(lambda tx: tx.connection.execute(update(addresses).where(anna).values(person_id=None)))
    await room.pump.settle()
    assert room.states() == ["dropped", "sent"]
    assert (room.said("anna"), room.said("ben")) == ([], ["hello"])


@pytest.mark.parametrize("body", [b"no json", b"[]", b"null", b'{"text": "x", "rows": 3}'])
async def test_whatever_stands_in_a_row_it_stops_no_claim(store: Store, clock: HandClock, body: bytes) -> None:
    room = PostRoom(store, clock)
    room.put("anna", "spoilt")
    room.put("ben", "hello")
    (spoilt, _) = room.rows()
    here = update(outbox).where(outbox.c.id == spoilt.id)
    store.run_now(lambda tx: tx.connection.execute(here.values(body=body, sealed=False)))
    await room.pump.settle()
    assert room.states() == ["dead", "sent"]
    assert room.said("ben") == ["hello"]
