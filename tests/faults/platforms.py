"""What Telegram may answer, or fail to answer, at the rates of the table."""

import asyncio
import math
import random
import time
from collections import Counter

from sqlalchemy import select

from bot.chats.telegram import TelegramChat
from bot.chats.telegram_poll import CONFLICT
from bot.outbox.states import MOST_CRASHES
from bot.speech import Address, Outgoing, Receipt
from bot.store.tables import addresses
from tests.fakes import Broken, Cut, Refused, TooMany
from tests.faults.ground import Ground, all_due, crowd
from tests.faults.row import Measure, Row, counted
from tests.faults.station import Station
from tests.kit.clock import HandClock
from tests.processes.pebble import free_port, until

OUTAGE, DEADLINE = 30, 60
"""Minutes."""
DAY = 24 * 60
CRASH = "crash"
"""The text that its sender falls over."""


def outage(ground: Ground, messages: int) -> Row:
    """For half an hour the Bot API answers 502, then refuses every connection; each message has an hour to live."""

    async def drill() -> Row:
        station = _station(ground)
        people = crowd(station.api, messages)
        station.put(people, minutes=DEADLINE)
        station.api.fail("sendMessage", times=math.inf, how=Broken(502))
        await station.pass_time(OUTAGE / 2)
        station.speak_through(station.line(f"http://127.0.0.1:{free_port()}"))
        await station.pass_time(OUTAGE / 2)
        station.api.recover()
        station.speak_through(station.line(station.api.url))
        await station.pass_time(5)
        return station.row(people)

    return asyncio.run(drill())


def cut(ground: Ground, messages: int) -> Row:
    """Of ten messages two lose their line after they arrived, one before, and one twice."""

    async def drill() -> Row:
        station, chance = _station(ground), random.Random(3)
        people = crowd(station.api, messages)
        arrived = 0
        for person in people:
            fate = chance.randrange(10)
            after, times = fate < 2 or fate == 3, 2 if fate == 3 else 1
            arrived += after
            if fate < 4:
                station.api.fail("sendMessage", times=times, how=Cut(after=after), chat_id=person.id)
        station.put(people)
        await station.pass_time(10, step=30)
        unknown = station.states().count("unknown")
        return station.row(people, may_lose=unknown, may_double=arrived)

    return asyncio.run(drill())


def limited(ground: Ground, messages: int) -> Row:
    """Every tenth chat is asked to wait a second, and three times everything is."""
    api, url, chance = ground.api(), ground.fresh(), random.Random(11)
    people = crowd(api, messages)
    for person in people[::10]:
        api.fail("sendMessage", how=TooMany(1), chat_id=person.id)
    for person in chance.sample(people[1::10], min(3, len(people) // 10)):
        api.fail("sendMessage", how=TooMany(1, everywhere=True), chat_id=person.id)
    pebble = ground.pebble(api, url)
    with pebble.store() as store:
        all_due(store, people, int(time.time()) - 60)
    pebbles = ground.pebbles(api, url)
    # Telegram does not say whom it means by one in a private chat, so each pause is everybody’s: one after the other.
    until(lambda: all(person.said for person in people), 60 + messages / 20 + 3 * len(people[::10]), "sending")
    pebbles[0].at_rest(60)
    named = sum(pebble.metric("limited_total") for pebble in pebbles)
    return counted(
        (len(person.said) for person in people),
        measures=(
            Measure("calls_inside_pause", api.calls_inside_pause, 0),
            Measure("pauses_unseen", max(0.0, len(people[::10]) / 2 - named), 0),
        ),
    )


def blocked(ground: Ground, people: int, days: int) -> Row:
    """Every second person has blocked the bot; each is nudged three times a day."""

    async def drill() -> Row:
        station = _station(ground)
        there = crowd(station.api, people)
        for person in there[::2]:
            person.block()
        for _ in range(3 * days):
            station.put(there)
            await station.pump.settle()
            # Small enough steps for what met a moment's trouble to leave before its time is over.
            await station.pass_time(DAY / 3, step=600)
        failed = Counter(call.chat_id for call in station.api.calls_of("sendMessage") if not call.ok)
        most = max(failed.values()) / days
        counts = [len(person.said) - 3 * days + 1 for person in there[1::2]]
        return counted(counts, measures=(Measure("failed_calls_a_day", most, 1),))

    return asyncio.run(drill())


class _Fragile(TelegramChat):
    """The real adapter, which falls over at one text."""

    crashes = 0

    async def send(self, address: Address, outgoing: Outgoing, *, nonce: int, message: str | None = None) -> Receipt:
        if outgoing.text.startswith(CRASH):
            self.crashes += 1
            raise RuntimeError("a fault of Pebble's own")
        return await super().send(address, outgoing, nonce=nonce, message=message)


def poison(ground: Ground, messages: int) -> Row:
    """Every tenth message is refused for good, and one crashes its sender, in front of all others."""

    async def drill() -> Row:
        station = _station(ground)
        people = crowd(station.api, messages)
        bad, good = people[::10], [person for number, person in enumerate(people) if number % 10]
        for person in bad:
            station.api.fail("sendMessage", times=math.inf, how=Refused("Bad Request: no"), chat_id=person.id)
        chat = station.line(station.api.url, _Fragile)
        assert isinstance(chat, _Fragile)
        station.speak_through(chat)
        station.put(bad[:1], CRASH)
        station.put(people)
        began = station.clock.monotonic()
        await station.pump.settle()
        # What the pace itself asks for is no delay: 30 messages a second.
        late = station.clock.monotonic() - began - (messages + 1) / 30
        await station.pass_time(5, step=30)
        calls = Counter(call.chat_id for call in station.api.calls_of("sendMessage") if not call.ok)
        return counted(
            (len(person.said) for person in good),
            measures=(
                Measure("others_late_s", late, 5),
                Measure("calls_of_a_refused_one", max(calls.values()), 1),
                Measure("claims_of_a_crash", chat.crashes, MOST_CRASHES),
                Measure("not_dead", len(bad) + 1 - station.states().count("dead"), 0),
            ),
        )

    return asyncio.run(drill())


def supergroup(ground: Ground, groups: int) -> Row:
    """Groups become supergroups while three messages wait for each."""

    async def drill() -> Row:
        station = _station(ground)
        (host,) = crowd(station.api, 1)
        there = [station.api.group(-1000 - number) for number in range(groups)]
        for group in there:
            group.add_bot(by=host)
            station.put_in_group(group.id, 3)
        moved = {str(group.migrate()) for group in there}
        await station.pass_time(10, step=30)
        known = set(station.store.run_now(lambda tx: list(tx.connection.scalars(select(addresses.c.chat)))))
        orphans = len(known ^ moved) + sum(state != "sent" for state in station.states())
        copies = Counter(message.text for group in there for message in group.inbox)
        return counted(
            (copies[f"round {number + 1}"] for number in range(3 * groups)), measures=(Measure("orphans", orphans, 0),)
        )

    return asyncio.run(drill())


def conflict(ground: Ground, messages: int) -> Row:
    """Another host polls with the same token: readiness says so, and the outbox goes on."""
    api, url = ground.api(), ground.fresh()
    people = crowd(api, messages)
    pebble = ground.pebble(api, url)
    pebble.start()
    assert pebble.process is not None
    number = pebble.process.pid
    words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    api.fail("getUpdates", times=math.inf, how=Refused(words, 409))
    people[0].command("help")  # ends the poll that is open
    until(lambda: pebble.readiness().get("telegram") == CONFLICT, 10, pebble.readiness)
    with pebble.store() as store:
        all_due(store, people[1:], int(time.time()) - 60)
    until(lambda: all(person.said for person in people[1:]), 30 + messages / 20, "sending")
    polls = len(api.calls_of("getUpdates"))
    time.sleep(1)
    polls = len(api.calls_of("getUpdates")) - polls
    red = pebble.get("/health/ready")[0] == 503
    api.recover()
    until(lambda: people[0].said, 30, "hearing again")
    same = pebble.process.poll() is None and pebble.process.pid == number
    return counted(
        (len(person.said) for person in people[1:]),
        measures=(
            Measure("crashes", 0 if same else 1, 0),
            Measure("green_meanwhile", 0 if red else 1, 0),
            Measure("polls_a_second", polls, 2),
        ),
    )


def malformed(ground: Ground, updates: int) -> Row:
    """Between the words of people stand updates that make no sense."""
    api, url = ground.api(), ground.fresh()
    people = crowd(api, updates)
    pebble = ground.pebble(api, url, TELEGRAM_PER_SECOND=1000)
    pebble.start()
    began = time.monotonic()
    for number, person in enumerate(people):
        odd: tuple[object, ...] = (
            [number],
            f"text {number}",
            {"message": []},
            {"message": {"chat": 5}},
            {"callback_query": {"id": number}},
        )
        api.push(odd[number % len(odd)])
        person.command("help")
    until(lambda: not api.pending, 30 + updates / 4, "hearing")
    each = (time.monotonic() - began) / updates
    pebble.at_rest(30 + updates / 20)
    skipped = pebble.metric("updates_skipped")
    helped = [sum("/cancel" in text for text in person.said) for person in people]
    return counted(
        helped,
        measures=(Measure("handled_within_s", each, 1), Measure("not_recorded", abs(updates - skipped), 0)),
    )


def _station(ground: Ground) -> Station:
    clock = HandClock()
    return Station(ground.store(ground.fresh(), clock), ground.api(), clock)
