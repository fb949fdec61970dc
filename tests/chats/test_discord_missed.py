"""What people did while nobody listened is handled at the next start: in order, once, whatever else happens."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.chats.discord import DiscordChat
from bot.errors import TryLater
from bot.speech import Outgoing
from tests.chats.discord_door import ANN, ROWS, DiscordDoor, listening
from tests.chats.telegram_door import until
from tests.fakes import Broken, Cut, DiscordApi, DiscordPerson, DiscordRefused

HISTORY = ("GET", "/channels/*/messages")


@pytest.fixture
async def api() -> AsyncIterator[DiscordApi]:
    async with DiscordApi() as api:
        api.person(11)
        yield api
        assert api.errors == []


@pytest.fixture
def ann(api: DiscordApi) -> DiscordPerson:
    return api.person(11)


@pytest.fixture
def door() -> DiscordDoor:
    return DiscordDoor()


class Cursors:
    """How far each chat was read. `open` holds the answer up; so many `failures` come first."""

    def __init__(self, *cursors: str, failures: int = 0) -> None:
        self.cursors = cursors
        self.failures = failures
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self) -> Sequence[str]:
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise TryLater("the database is away")
        return self.cursors


def begun(person: DiscordPerson) -> str:
    """Return the cursor of somebody who wrote once, and was heard."""
    return f"{person.channel.id}.{person.write('heard before').id}"


async def test_what_was_missed_is_read_in_order_and_once(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    cursor = begun(ann)
    for text in ("one", "two"):
        ann.write(text)
    photo = ann.send_photo("three")
    async with listening(api, door, unread=Cursors(cursor)):
        await until(lambda: len(door.heard) == 3)
        ann.write("four")
        await until(lambda: len(door.heard) == 4)
    assert door.texts == ["one", "two", "three", "four"]
    assert door.heard[2].key == f"discord:message:{photo.id}"
    assert len(door.offered) == 4


@pytest.mark.parametrize("many", [100, 250])
async def test_more_than_a_page_is_read_to_its_end(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, many: int
) -> None:
    cursor = begun(ann)
    for number in range(many):
        ann.write(str(number))
    async with listening(api, door, unread=Cursors(cursor)):
        await until(lambda: len(door.heard) == many, seconds=10)
    assert door.texts == [str(number) for number in range(many)]
    await until(lambda: len(api.calls_of(*HISTORY)) == many // 100 + 1)


async def test_who_writes_taps_and_chooses_meanwhile_is_heard_behind_what_was_missed(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    with api.world.changed:
        api.world.add(ann.channel, api.world.bot, content="Breathe", components=_row())
    cursor = begun(ann)
    ann.write("missed")
    ben = api.person(12, name="Ben")
    cursors = Cursors(cursor)
    cursors.open.clear()
    async with listening(api, door, unread=cursors):
        await api.wait_for_async(lambda: api.connected and api.commands)
        ann.write("live")
        ann.click("Did it")
        ann.slash("now")
        ben.write("hello")
        await asyncio.sleep(0.05)
        assert door.heard == [], "nobody knows yet which chats there are"
        cursors.open.set()
        await until(lambda: len(door.heard) == 5)
    assert [incoming.text for incoming in door.heard if incoming.address == ANN] == [
        "missed",
        "live",
        "1:did:9:",
        "now",
    ]


async def test_the_chats_are_asked_for_until_the_database_is_back(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    cursor = begun(ann)
    ann.write("missed")
    async with listening(api, door, unread=Cursors(cursor, failures=3)):
        await until(lambda: door.texts == ["missed"])


async def test_a_chat_that_is_gone_is_left_and_the_others_are_read(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    gone, shut = api.person(12, name="Ben"), api.person(13, name="Cem")
    cursors = Cursors(begun(gone), begun(shut), begun(ann))
    del api.world.channels[gone.channel.id]
    shut.channel.bot_may = False
    ann.write("missed")
    async with listening(api, door, unread=cursors):
        await until(lambda: door.texts == ["missed"])
        calls = len(api.calls_of(*HISTORY))
        ann.write("live")
        await until(lambda: door.texts == ["missed", "live"])
        assert len(api.calls_of(*HISTORY)) == calls == 3


@pytest.mark.parametrize("how", [Broken(503), Cut(), DiscordRefused(400, 0, "strange")])
async def test_a_chat_that_cannot_be_read_now_is_read_later(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor, how: Broken | Cut | DiscordRefused
) -> None:
    ben = api.person(12, name="Ben")
    cursors = Cursors(begun(ann), begun(ben))
    ann.write("missed")
    ben.write("too")
    api.fail(*HISTORY, how=how)
    async with listening(api, door, unread=cursors):
        await until(lambda: sorted(door.texts) == ["missed", "too"])


async def test_one_odd_message_does_not_keep_the_chat_from_being_read(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    cursor = begun(ann)
    ann.write("before")
    odd = ann.write("missed")
    odd.message.extra["author"] = {}
    ann.write("behind")
    async with listening(api, door, unread=Cursors(cursor)):
        ann.write("live")
        await until(lambda: len(door.texts) == 3)
    assert door.texts == ["before", "behind", "live"]
    assert [key for key, _ in door.skipped] == [f"discord:message:{odd.id}"]


async def test_while_a_chat_cannot_be_read_nothing_new_counts_as_the_last_that_was_read(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    cursor = begun(ann)
    ann.write("missed")
    api.fail(*HISTORY, times=1000, how=DiscordRefused(400, 0, "strange"))
    async with listening(api, door, unread=Cursors(cursor)):
        await until(lambda: api.calls_of(*HISTORY))
        ann.write("live")
        await until(lambda: door.texts == ["live"])
    assert door.heard[0].cursor == "", "else what was missed would never be read"
    api.recover()
    async with listening(api, door, unread=Cursors(cursor)):
        await until(lambda: "missed" in door.texts)
    assert door.heard[-1].cursor != ""


async def test_a_stop_while_reading_finishes_one_and_leaves_the_rest_to_the_next_start(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    cursor = begun(ann)
    for text in ("one", "two", "three"):
        ann.write(text)
    going = asyncio.Event()

    async def slow(_incoming: object) -> None:
        await going.wait()

    door.before = slow
    async with listening(api, door, unread=Cursors(cursor)) as chat:
        await until(lambda: door.offered)
        stopping = asyncio.create_task(chat.stop())
        await asyncio.sleep(0)
        going.set()
        await stopping
    assert door.texts == ["one"]
    async with listening(api, door, unread=Cursors(door.heard[0].cursor)):
        await until(lambda: len(door.heard) == 3)
    assert door.texts == ["one", "two", "three"]


async def test_who_only_ever_tapped_is_read_back_from_there(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async with listening(api, door) as chat:
        await chat.send(ANN, Outgoing("Breathe", ROWS), nonce=1)
        ann.click("Did it")
        await until(lambda: door.heard)
        cursor = door.heard[0].cursor
    ann.write("while you slept")
    async with listening(api, door, unread=Cursors(cursor)):
        await until(lambda: len(door.heard) == 2)
    assert door.texts[-1] == "while you slept"


async def test_a_cut_line_is_resumed_and_nothing_is_lost(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    async with listening(api, door) as chat:
        api.cut()
        ann.write("meanwhile")
        await api.wait_for_async(lambda: api.gateway.resumed)
        await until(lambda: chat.trouble() is None)
        await until(lambda: door.texts == ["meanwhile"])
        api.reconnect()
        await api.wait_for_async(lambda: api.gateway.resumed == 2)


async def test_a_session_that_is_lost_begins_anew_and_reads_what_came_between(
    api: DiscordApi, ann: DiscordPerson, door: DiscordDoor
) -> None:
    cursors = Cursors(begun(ann))
    async with listening(api, door, unread=cursors) as chat:
        may_go_on = hold(chat)
        await api.wait_for_async(lambda: api.calls_of(*HISTORY))
        links = api.gateway.links
        api.forget_sessions()
        ann.write("between")
        for link in links:
            link.cut()
        await until(lambda: chat.trouble() == "the line to Discord is down")
        may_go_on.set()
        await until(lambda: door.texts == ["between"], seconds=5)


def _row() -> list[dict]:
    button = {"type": 2, "style": 2, "label": "Did it", "custom_id": "1:did:9:"}
    return [{"type": 1, "id": 1, "components": [button | {"id": 2}]}]


def hold(chat: DiscordChat) -> asyncio.Event:
    """Let the library begin anew when the event is set, and not after some seconds as it likes to."""
    may_go_on = asyncio.Event()

    async def wait(shard_id: int | None, *, initial: bool = False) -> None:
        await may_go_on.wait()

    chat.client.before_identify_hook = wait  # type: ignore[method-assign]
    return may_go_on
