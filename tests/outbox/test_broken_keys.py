"""One person whose key does not open: everybody else goes on."""

from sqlalchemy import update

from bot.outbox.marks import counts
from bot.speech import Kind
from bot.store.tables import persons
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
