"""How people of a test send each other thanks."""

import re
from typing import Any

from sqlalchemy import select

from bot.people.queries import find
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import acquaintances, links, persons
from tests.kit.talk import Friend, House

CODE = re.compile(r"/accept ((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})")
TOKEN = re.compile(r"[?&](?:invite|start)=([A-Za-z0-9_-]{22})")
SENTENCE = "I like how you wait until I have finished."


async def say(friend: Friend, *steps: str) -> None:
    """Tap what is a button of the newest message with buttons, write what is none."""
    for step in steps:
        if step in friend.newest.labels:
            await friend.tap(step)
        else:
            await friend.send(step)


async def write(friend: Friend, to: str, sentence: str = SENTENCE, *, signed: str | None = None) -> None:
    """Write a sentence of thanks up to the point where it can be sent; `/thanks` or Pass it on came before."""
    await say(friend, to, sentence)
    if "Which name" in friend.newest.text:
        await friend.send(signed or friend.name.title())


async def invite(
    friend: Friend, to: str, sentence: str = SENTENCE, *, begun: bool = False, signed: str | None = None
) -> str:
    """Write to somebody new and return the code of the invitation."""
    if not begun:
        await friend.command("thanks")
    if "Somebody new" in friend.newest.labels:
        await friend.tap("Somebody new")
    await write(friend, to, sentence, signed=signed)
    await friend.tap("Send")
    return code_of(friend)


def code_of(friend: Friend) -> str:
    """Return the newest code that a person was given."""
    return next(match[1] for said in reversed(friend.said) if (match := CODE.search(said)))


def token_of(friend: Friend) -> str:
    """Return the newest token that a person was given."""
    return next(match[1] for said in reversed(friend.said) if (match := TOKEN.search(said)))


async def meet(one: Friend, other: Friend, sentence: str = SENTENCE) -> None:
    """Let one write to the other, who accepts: from now on both know each other."""
    code = await invite(one, other.name.title(), sentence)
    await other.command("accept", code)
    await other.tap("Accept")


async def thank(friend: Friend, to: str, sentence: str = SENTENCE) -> None:
    """Send a sentence to somebody who is known."""
    await friend.command("thanks")
    await write(friend, to, sentence)
    await friend.tap("Send")


async def pass_on(friend: Friend, other: Friend, sentence: str) -> None:
    """Pass on what came last to somebody new, who accepts."""
    await friend.tap("Pass it on")
    code = await invite(friend, other.name.title(), sentence, begun=True)
    await other.command("accept", code)
    await other.tap("Accept")


def all_links(house: House) -> list[Any]:
    """Return the rows of all links."""
    return house.store.run_now(lambda tx: list(tx.connection.execute(select(links).order_by(links.c.id))))


def letters(friend: Friend) -> list[str]:
    """Return the sentences that were brought to a person."""
    return [said.split("“", 1)[1].split("”")[0] for said in friend.said if said.startswith("💛 From")]


def acquaint(friend: Friend, count: int) -> list[int]:
    """Let a person know so many others, who have no chat; return their rows, the first met first."""

    def work(tx: Tx) -> list[int]:
        one = find(tx, Address("memory", friend.name))
        assert one is not None
        made = {"created_at": tx.now, "heard_at": tx.now, "language": "en"}
        keys = [f"{friend.name} {number}".encode() for number in range(1, count + 1)]
        tx.connection.execute(persons.insert(), [{**made, "key_id": key} for key in keys])
        others = tx.connection.scalars(select(persons.c.id).where(persons.c.key_id.in_(keys)).order_by(persons.c.id))
        rows = []
        for number, other in enumerate(others, 1):
            stance = {"accepted_at": tx.now, "met_at": tx.now + number}
            name = one.seal.close(f"Friend {number}")
            rows.append({"person_id": one.id, "other_id": other, "sealed_name": name, **stance})
            rows.append({"person_id": other, "other_id": one.id, "sealed_name": b"", **stance})
        tx.connection.execute(acquaintances.insert(), rows)
        mine = select(acquaintances.c.id).where(acquaintances.c.person_id == one.id)
        return list(tx.connection.scalars(mine.order_by(acquaintances.c.met_at)))

    return friend.house.store.run_now(work)
