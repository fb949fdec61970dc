"""A whole Pebble on Discord in trouble: closed chats, limits, many taps, restarts, and nothing of anybody in a log."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from bot.clock import Clock
from bot.flows.book import BOOK
from bot.flows.suggest import own_nudges
from bot.flows.visit import Option
from bot.logs import set_up_logs
from bot.outbox.marks import counts, paused_addresses
from bot.outbox.states import DAY
from bot.store import Keyring, Store, Tx
from bot.store.facts import COPY, write_number
from bot.store.tables import addresses, seen
from tests.chats.discord_door import CANARY
from tests.chats.telegram_door import until
from tests.fakes import Cut, DiscordApi, DiscordCall, DiscordRefused, DiscordTooMany
from tests.kit.databases import KEY
from tests.kit.discord import DiscordHouse, RealInstants, discord_house

SEND = ("POST", "/channels/*/messages")
HOUR = 3600


@pytest.fixture
def api() -> Iterator[DiscordApi]:
    with DiscordApi() as api:
        yield api
        assert api.errors == []


@pytest.fixture
def clock(api: DiscordApi) -> RealInstants:
    return RealInstants(api.world.now)


@pytest.fixture
def store(template_file: Path, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    path = tmp_path / "pebble.db"
    shutil.copy(template_file, path)
    opened = Store(f"sqlite:///{path}", clock, Keyring([KEY]))
    yield opened
    opened.close()


async def paused(house: DiscordHouse) -> int:
    return await house.store.read(paused_addresses)


async def next_nudge(house: DiscordHouse) -> None:
    """Let time pass until the next nudge was due."""
    coming = await house.rota.next_event()
    assert coming
    await house.pass_to(coming)


async def ask_for_a_moment(house: DiscordHouse) -> None:
    await house.menu()
    house.ann.slash("now", {"practice": "One slow breath"})
    await house.says("breath")


@pytest.mark.parametrize("door", ["closed", "no common server"])
async def test_a_closed_chat_costs_one_call_and_one_line_and_opens_again_by_a_private_word(
    store: Store, api: DiscordApi, door: str
) -> None:
    async with discord_house(store, api) as house:
        await house.sign_up()
        ann = house.ann
        ann.user.installed = True
        ann.close_dms() if door == "closed" else ann.leave_server()
        await next_nudge(house)
        await until(lambda: api.calls_of(*SEND)[-1].outcome.startswith("403"))
        async with asyncio.timeout(5):
            while not await paused(house):  # noqa: ASYNC110 - the outcome is written behind the call
                await asyncio.sleep(0.01)
        failed = len(api.calls_of(*SEND))
        await house.pass_to(house.clock.now() + 3 * HOUR)
        await house.pump.settle()
        assert len(api.calls_of(*SEND)) == failed, "a paused address is not called"
        for _ in range(2):
            used = ann.slash("plan", context=0 if door == "closed" else 2)
            await api.wait_for_async(lambda used=used: used.original and not ann.thinking)  # type: ignore[misc]
        told = [said for said in ann.ephemeral if "reach you in private" in said.text]
        assert len(told) == 1
        assert len(api.calls_of(*SEND)) == failed
        ann.open_dms()
        ann.join_server()
        ann.write("hello")
        await house.says("small things")
        assert await paused(house) == 0
        before = ann.inbox[-1]
        await next_nudge(house)
        await ann.wait_for_async(lambda said: not said.ephemeral, after=before)
        assert ann.thinking == []


async def test_who_talks_only_in_a_server_costs_one_failed_call_a_day_at_most(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        await house.sign_up()
        house.ann.close_dms()
        for _ in range(3):
            before = len(failed_calls(api))
            await next_nudge(house)
            for _ in range(2):
                used = house.ann.slash("plan", guild=1)
                await api.wait_for_async(lambda used=used: used.original and not house.ann.thinking)  # type: ignore[misc]
                house.clock.forward(3 * HOUR)
                house.pump.wake()
            assert len(failed_calls(api)) - before <= 1
        assert len(failed_calls(api)) >= 2, "it is tried again, a day later"


def failed_calls(api: DiscordApi) -> list[DiscordCall]:
    return [call for call in api.calls_of(*SEND) if call.outcome.startswith("403")]


@pytest.mark.parametrize("after", [False, True])
async def test_a_cut_while_sending_is_one_message_in_the_end(store: Store, api: DiscordApi, after: bool) -> None:
    async with discord_house(store, api) as house:
        api.fail(*SEND, how=Cut(after=after))
        house.ann.write("hello")
        await until(lambda: house.pump.tally["retried"] == 1)
        async with asyncio.timeout(5):
            while not house.pump.tally["sent"]:
                house.clock.forward(5)
                house.pump.wake()
                await asyncio.sleep(0.02)
        # What is said beside it may have come by now, or not.
        first, *others = api.calls_of(*SEND)
        assert [call.body["nonce"] for call in others].count(first.body["nonce"]) == 1
        assert [seen.text for seen in house.ann.inbox].count(first.body["content"]) == 1


async def test_a_message_that_discord_refuses_dies_at_once_and_the_others_go_on(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        api.fail(*SEND, how=DiscordRefused(400, 50035, f"Invalid Form Body {CANARY}"))
        house.ann.write("hello")
        await until(lambda: house.pump.tally["dead"] == 1)
        house.ann.write("again")
        await house.says("small things")
        assert len(api.calls_of(*SEND)) == 2
        await until(lambda: house.store.run_now(counts)["dead"] == 1)


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_long_limit_is_kept_by_the_outbox(store: Store, api: DiscordApi, everywhere: bool) -> None:
    async with discord_house(store, api) as house:
        ben = api.person(12, name="Ben")
        ben.write("hello")
        await house.says("small things", ben)
        api.fail(*SEND, how=DiscordTooMany(60, everywhere=everywhere))
        house.ann.write("hello")
        await until(lambda: house.pump.tally["retried"] == 1)
        before = ben.newest
        ben.write("hello")
        if everywhere:
            await until(lambda: house.pump.tally["retried"] >= 1)
            await asyncio.sleep(0.1)
            assert ben.newest.id == before.id
        else:
            await house.says("small things", ben, after=before)
        assert house.ann.inbox == []
        assert api.calls_inside_pause == 0


async def test_twenty_taps_at_once_do_one_thing_and_each_is_answered(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        await ask_for_a_moment(house)
        asked = await house.says("breath")
        label = next(label for row in asked.buttons for label, _ in row)
        payload = next(payload for row in asked.buttons for _, payload in row)
        taps = [house.ann.click(payload, asked, forge=True) for _ in range(20)]
        await api.wait_for_async(lambda: all(tap.answer for tap in taps))
        await api.wait_for_async(lambda: "✓" in asked.text)
        assert asked.text.count(f"✓ {label}") == 1
        assert len(house.ann.ephemeral) == 19
        assert len({said.text for said in house.ann.ephemeral}) == 1
        assert house.ann.failed == []


async def test_somebody_is_offered_their_own_nudges(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        await house.sign_up()
        command, option = next((n, c.option) for n, c in BOOK.commands.items() if _offers_own(c.option))
        assert option
        house.ann.slash(command, {option.name: "slow"}, focused=option.name)
        await api.wait_for_async(lambda: house.ann.choices)
        (choice,) = house.ann.choices
        assert choice[0].startswith("1. One slow breath · ")
        assert choice[1] == "1"
        stranger = api.person(12, name="Ben")
        asked = stranger.slash(command, {option.name: ""}, focused=option.name)
        await api.wait_for_async(lambda: asked.choices is not None)
        assert stranger.choices == []


def _offers_own(option: Option | None) -> bool:
    return option is not None and option.suggest is own_nudges


async def test_another_persons_button_does_nothing_for_either(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        await ask_for_a_moment(house)
        asked = await house.says("breath")
        ben = api.person(12, name="Ben")
        tapped = ben.click(asked.buttons[0][0][1], asked, forge=True)
        await api.wait_for_async(lambda: tapped.original)
        assert tapped.original
        assert "has done its part" in tapped.original.content
        assert tapped.original.viewer is ben.user
        assert asked.buttons != []
        assert "✓" not in asked.text


async def test_a_button_works_after_a_restart_and_a_year_later_it_is_answered_kindly(
    store: Store, api: DiscordApi
) -> None:
    async with discord_house(store, api) as house:
        await ask_for_a_moment(house)
        asked = await house.says("breath")
        house.ann.slash("now", {"practice": "One slow breath"})
        other = await house.says("breath", after=asked)
    async with discord_house(store, api) as house:
        house.ann.click(asked.buttons[0][0][1], asked, forge=True)
        await api.wait_for_async(lambda: "✓" in asked.text)
        api.move_clock(365 * DAY)
        house.clock.forward(365 * DAY)
        tapped = house.ann.click(other.buttons[0][0][1], other, forge=True)
        await api.wait_for_async(lambda: tapped.answer)
        assert (await house.says("part")).ephemeral
        assert house.ann.failed == []


async def test_what_was_written_while_pebble_slept_is_answered_once(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        house.ann.write("hello")
        first = await house.says("small things")
    house.ann.write("/help")
    async with discord_house(store, api) as house:
        await house.says("not a therapist", after=first)
    said = len(house.ann.inbox)
    async with discord_house(store, api) as house:
        house.ann.write("hello again")
        await house.says("small things", after=house.ann.inbox[-1])
    assert len(house.ann.inbox) == said + 1


async def test_nothing_that_is_secret_or_somebodys_is_logged_at_the_loudest_level(
    store: Store, api: DiscordApi, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("debug", "text")
    async with discord_house(store, api) as house:
        await house.menu()
        house.ann.write(CANARY)
        await house.says("small things")
        house.ann.slash("zone", {"city": CANARY}, guild=1)
        await api.wait_for_async(lambda: not house.ann.thinking)
        house.ann.slash("zone", {"city": CANARY}, focused="city")
        api.fail("POST", "/interactions/*/*/callback", how=DiscordRefused(400, 50035, CANARY))
        api.fail(*SEND, how=DiscordRefused(400, 50035, CANARY))
        house.ann.click("Help")
        await until(lambda: house.pump.tally["dead"])
        api.fail("POST", "/webhooks/*/*", how=DiscordTooMany(0.01))
        house.ann.slash("help", guild=1)
        await api.wait_for_async(lambda: not house.ann.thinking)
        api.push("MESSAGE_CREATE", {"content": CANARY})
        api.push("INTERACTION_CREATE", {"data": {"name": CANARY}, "token": CANARY})
        await until(lambda: len(house.skipped) == 2)
        api.cut()
        await api.wait_for_async(lambda: api.gateway.resumed)
        logging.getLogger("discord.http").warning("POST %s", f"/interactions/5/{'t' * 90}/callback")
    written = "".join(capsys.readouterr())
    assert "discord_event_skipped" in written
    for secret in (CANARY, api.token, *api.world.tokens, "t" * 90):
        assert secret not in written


async def test_an_old_copy_that_is_put_back_answers_nobody_once_more(store: Store, api: DiscordApi) -> None:
    async with discord_house(store, api) as house:
        house.ann.write("hello")
        first = await house.says("small things")
    with store.engine.connect() as connection:
        cursor = connection.execute(select(addresses.c.cursor)).scalar_one()
    async with discord_house(store, api) as house:
        house.ann.write("/help")
        await house.says("not a therapist", after=first)
    said = len(api.person(11).inbox)

    def put_back(tx: Tx) -> None:
        """As the copy has it: read up to the first word, and nothing seen behind it."""
        tx.connection.execute(update(addresses).values(cursor=cursor))
        tx.connection.execute(delete(seen).where(seen.c.key != f"discord:message:{cursor.partition('.')[2]}"))
        write_number(tx, COPY, 1)

    await store.run(put_back)
    async with discord_house(store, api) as house:
        house.ann.write("/plan")
        await house.says("Nothing is set yet")
    assert len(api.person(11).inbox) == said + 1
