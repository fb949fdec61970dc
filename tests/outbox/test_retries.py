"""What the platform answers decides what happens next."""

import pytest

from bot.errors import InDoubt, Moved, Outdated, Refused, TryLater, Unreachable
from bot.outbox.addresses import rewrite_address
from bot.outbox.marks import expire
from bot.outbox.pump import LONGEST_BACKOFF
from bot.outbox.shelf import Recipient, Terms, put, put_all, row
from bot.people.queries import meet_group
from bot.speech import Address, Outgoing
from bot.store import Store, Tx
from tests.kit.clock import HandClock
from tests.kit.shelf import PostRoom

MINUTE = 60


@pytest.fixture
def room(store: Store, clock: HandClock) -> PostRoom:
    return PostRoom(store, clock)


class Trouble:
    """Answers each send to an address with the next of some errors, and then takes everything. Counts its calls."""

    def __init__(self, room: PostRoom, *errors: Exception, chat: str | None = None, text: str | None = None) -> None:
        self._errors = list(errors)
        self._chat = chat
        self._text = text
        self.calls = 0
        room.chat.trouble_with = self

    def __call__(self, address: Address, outgoing: Outgoing) -> Exception | None:
        if self._chat not in (None, address.chat) or self._text not in (None, outgoing.text):
            return None
        self.calls += 1
        return self._errors.pop(0) if self._errors else None


async def test_after_an_outage_of_half_an_hour_everything_with_an_hour_to_live_arrives_once(room: PostRoom) -> None:
    recipients = [room.recipient(f"p{n}") for n in range(100)]
    deadline = room.clock.now() + 60 * MINUTE

    def fill(tx: Tx) -> None:
        put_all(tx, [row(tx, who, Outgoing("nudge"), Terms(deadline=deadline)) for who in recipients])

    room.store.run_now(fill)
    until = room.clock.now() + 30 * MINUTE
    room.chat.trouble_with = lambda address, outgoing: TryLater("502") if room.clock.now() < until else None
    await room.pass_time(35 * MINUTE, step=4 * MINUTE)
    assert room.store.run_now(expire) == 0
    assert room.states() == ["sent"] * 100
    assert sorted(name for name, _ in room.chat.sent) == sorted(f"p{n}" for n in range(100))


async def test_retries_back_off_to_a_minute_and_end_with_the_deadline(room: PostRoom) -> None:
    trouble = Trouble(room, *[TryLater("502")] * 1000)
    room.put("anna", "nudge", deadline=room.clock.now() + 60 * MINUTE)
    begun = room.clock.now()
    waits = []
    while True:
        await room.pump.settle()
        found = room.rows()[0]
        if found.not_before > found.deadline:
            break
        waits.append(found.not_before - room.clock.now())
        room.clock.forward_to(found.not_before)
    assert 60 <= trouble.calls <= 130
    assert waits[0] <= 2
    assert max(waits) <= LONGEST_BACKOFF
    assert min(waits[8:]) >= LONGEST_BACKOFF // 2
    room.clock.forward_to(begun + 60 * MINUTE + 1)
    calls = trouble.calls
    await room.pump.settle()
    assert trouble.calls == calls
    assert room.store.run_now(expire) == 1


async def test_a_limit_for_everybody_keeps_everybody_quiet_for_as_long_as_it_says(room: PostRoom) -> None:
    trouble = Trouble(room, TryLater("429", 30, everywhere=True, limited=True))
    room.put("p0", "x")
    await room.pump.settle()
    for n in range(1, 21):
        room.put(f"p{n}", "x")
    for _ in range(29):
        room.clock.forward(1)
        await room.pump.settle()
    assert (trouble.calls, room.chat.sent) == (1, [])
    await room.pass_time(10, step=2)
    assert len(room.chat.sent) == 21
    assert room.pump.paces["memory"].limited == 1


async def test_a_limit_for_one_chat_keeps_only_that_chat_quiet(room: PostRoom) -> None:
    trouble = Trouble(room, TryLater("429", 30, limited=True), chat="anna")
    for text in ("1", "2", "3"):
        room.put("anna", text)
    room.put("ben", "1")
    await room.pump.settle()
    room.put("anna", "4")
    for _ in range(29):
        room.clock.forward(1)
        await room.pump.settle()
    assert (trouble.calls, room.said("ben"), room.said("anna")) == (1, ["1"], [])
    await room.pass_time(10, step=2)
    assert room.said("anna") == ["1", "2", "3", "4"]


async def test_after_the_first_failure_a_closed_address_is_left_alone_until_the_person_writes(room: PostRoom) -> None:
    trouble = Trouble(room, *[Unreachable("bot was blocked by the user")] * 10, chat="anna")
    for n in range(5):
        room.put("anna", str(n))
    room.put("ben", "hello")
    await room.pass_time(3600, step=300)
    assert trouble.calls == 1
    assert room.paused("anna")
    assert room.said("ben") == ["hello"]
    room.chat.trouble_with = lambda address, outgoing: None
    await room.pump.settle()
    assert room.said("anna") == []
    room.hear_from("anna")
    assert not room.paused("anna")
    await room.pump.settle()
    assert room.said("anna") == ["0", "1", "2", "3", "4"]


async def test_what_is_too_late_when_the_person_writes_again_stays_away(room: PostRoom) -> None:
    Trouble(room, Unreachable("blocked"))
    room.put("anna", "doorway", deadline=room.clock.now() + 30 * MINUTE)
    await room.pass_time(60 * MINUTE, step=600)
    assert room.store.run_now(expire) == 1
    room.hear_from("anna")
    room.put("anna", "good to hear you")
    await room.pump.settle()
    assert room.said("anna") == ["good to hear you"]


async def test_what_the_platform_refuses_is_dead_at_once_and_delays_nobody(room: PostRoom) -> None:
    trouble = Trouble(room, *[Refused("Bad Request: message text is empty")] * 5, text="poison")
    room.put("anna", "before")
    room.put("anna", "poison")
    room.put("anna", "after")
    room.put("ben", "hello")
    began = room.clock.now()
    await room.pump.settle()
    assert room.clock.now() - began < 5
    assert trouble.calls == 1
    assert room.said("anna") == ["before", "after"]
    assert room.said("ben") == ["hello"]
    assert room.states() == ["sent", "dead", "sent", "sent"]
    assert room.rows()[1].problem == "Refused: Bad Request: message text is empty"
    await room.pass_time(3600, step=600)
    assert trouble.calls == 1


async def test_what_is_already_as_wished_counts_as_sent(room: PostRoom) -> None:
    Trouble(room, Outdated("message is not modified"))
    room.put("anna", "x")
    await room.pump.settle()
    assert room.states() == ["sent"]


def group(room: PostRoom, chat: str) -> Recipient:
    return room.store.run_now(lambda tx: meet_group(tx, Address("memory", chat)))


def put_in_group(room: PostRoom, where: Recipient, text: str) -> None:
    room.store.run_now(lambda tx: put(tx, where, Outgoing(text)))


async def test_a_chat_that_moved_gets_its_message_at_the_new_place_once(room: PostRoom) -> None:
    old = group(room, "-11")
    Trouble(room, *[Moved("-10011")] * 9, chat="-11")
    for text in ("one", "two"):
        put_in_group(room, old, text)
    await room.pump.settle()
    assert room.chat.inboxes.keys() == {"-10011"}
    assert room.said("-10011") == ["one", "two"]
    assert room.states() == ["sent", "sent"]
    assert group(room, "-10011").address_id == old.address_id


async def test_a_chat_that_moved_to_a_known_place_leaves_no_row_behind(room: PostRoom) -> None:
    old, new = group(room, "-11"), group(room, "-10011")
    Trouble(room, *[Moved("-10011")] * 9, chat="-11")
    put_in_group(room, old, "to the old one")
    put_in_group(room, new, "to the new one")
    await room.pump.settle()
    assert sorted(room.said("-10011")) == ["to the new one", "to the old one"]
    assert {row.address_id for row in room.rows()} == {new.address_id}
    assert room.states() == ["sent", "sent"]


def test_an_address_that_is_not_known_or_moves_to_itself_changes_nothing(room: PostRoom) -> None:
    here = group(room, "-11")
    room.store.run_now(lambda tx: rewrite_address(tx, Address("memory", "-99"), "-10099"))
    room.store.run_now(lambda tx: rewrite_address(tx, Address("memory", "-11"), "-11"))
    assert group(room, "-11").address_id == here.address_id


async def test_a_message_in_doubt_is_sent_once_more(room: PostRoom) -> None:
    trouble = Trouble(room, InDoubt("cut"))
    room.put("anna", "x")
    await room.pass_time(300)
    assert (trouble.calls, room.states()) == (2, ["sent"])


async def test_a_message_in_doubt_twice_is_counted_as_unknown_and_not_sent_a_third_time(room: PostRoom) -> None:
    trouble = Trouble(room, *[InDoubt("cut")] * 9, text="x")
    room.put("anna", "x")
    room.put("anna", "y")
    await room.pass_time(300)
    assert trouble.calls == 2
    assert room.states() == ["unknown", "sent"]
    assert room.pump.tally["unknown"] == 1


async def test_a_row_that_crashes_its_sender_is_dead_after_two_tries(room: PostRoom) -> None:
    trouble = Trouble(room, *[KeyError("my-own-words")] * 9, text="poison")
    room.put("anna", "poison")
    room.put("ben", "hello")
    await room.pump.settle()
    assert room.said("ben") == ["hello"]
    await room.pass_time(300)
    assert (trouble.calls, room.states()) == (2, ["dead", "sent"])
    assert room.rows()[0].problem == "KeyError"


async def test_what_was_tried_and_failed_first_can_still_be_sent(room: PostRoom) -> None:
    Trouble(room, TryLater("502"), InDoubt("cut"), TryLater("502"), KeyError("x"))
    room.put("anna", "x")
    await room.pass_time(600)
    assert room.said("anna") == ["x"]
