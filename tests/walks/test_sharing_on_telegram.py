"""An invitation shared through Telegram's own sheet, from the sentence to the one who opens it."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from bot.door import Door
from bot.outbox.handout import handout_for
from bot.outbox.pace import FREE, Pace
from bot.outbox.pump import Pump
from tests.chats.telegram_door import Door as Unused
from tests.chats.telegram_door import telegram
from tests.fakes import BotApi
from tests.kit.talk import CATALOGUE, House
from tests.kit.thanks import SENTENCE


@pytest.fixture
async def api(house: House) -> AsyncIterator[BotApi]:
    """A Telegram with a Pebble on it that has inline mode."""
    async with BotApi(inline=True) as api:
        chat = telegram(api.url, api.token, Unused())
        await chat.check()
        ways = {"telegram": chat.way_in}
        door = Door(house.store, CATALOGUE, lambda token: {n: way for n, f in ways.items() if (way := f(token))})
        pump = Pump(house.store, {"telegram": chat}, handout_for(house.store.url), house.clock)
        # The clock stands still, so nothing may have to wait for a permit; the fake does not ask for that.
        pump.paces = {"telegram": Pace(FREE, house.clock.monotonic)}
        house.store.wake = pump.wake
        pumping = asyncio.create_task(pump.run())
        await chat.start()
        await chat.hear(door.receive)
        yield api
        await chat.stop()
        await pump.stop()
        await pumping


async def test_an_invitation_is_shared_by_its_writer_and_opened_by_its_receiver(api: BotApi) -> None:
    ann, bea, carl = api.person(11), api.person(12, first_name="Bea"), api.person(13, first_name="Carl")
    ann.command("thanks")
    for asked, said in (("What do you call them", "Bea"), ("One sentence for", SENTENCE), ("Which name", "Ann")):
        await ann.wait_for_async(asked)
        ann.send(said)
    await ann.wait_for_async("This is how Bea will see it")
    ann.tap("Send")
    await ann.wait_for_async("Your sentence waits for Bea")

    offered = await asyncio.to_thread(ann.offered, ann.open_sheet("Share the invitation"))
    (result,) = offered.results
    assert result["title"] == "Your invitation for Bea"
    asked = api.world.updates.last_body["inline_query"]["query"]
    others = await asyncio.to_thread(carl.offered, carl.ask_inline(asked))
    assert (others.results, others.button) == ([], {"text": "Open Pebble", "start_parameter": "hello"})

    link = re.search(r"\?start=([A-Za-z0-9_-]+)", result["input_message_content"]["message_text"])
    assert link is not None
    assert link[1] not in asked
    bea.command("start", link[1])
    await bea.wait_for_async("Ann has a sentence of thanks for you.")
    bea.tap("Accept")
    await bea.wait_for_async(SENTENCE)
    assert len((await asyncio.to_thread(ann.offered, ann.open_sheet("Share the invitation"))).results) == 1
    carl.command("start", "hello")
    await carl.wait_for_async("Pick one to begin")
