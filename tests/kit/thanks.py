"""How people of a test send each other thanks."""

import re
from typing import Any

from sqlalchemy import select

from bot.store.tables import links
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


async def invite(friend: Friend, to: str, sentence: str = SENTENCE, *, begun: bool = False) -> str:
    """Write to somebody new and return the code of the invitation."""
    if not begun:
        await friend.command("thanks")
    if "Somebody new" in friend.newest.labels:
        await friend.tap("Somebody new")
    await write(friend, to, sentence)
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
