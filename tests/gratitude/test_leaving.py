"""Somebody goes: what they sent is taken back from those who got it, and each chain keeps a nameless pebble."""

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.errors import TryLater
from bot.flows.my_data import PARTS
from bot.flows.visit import Visit
from bot.gratitude.pass_on import next_due
from bot.gratitude.reports import reported
from bot.outbox.bodies import opened
from bot.outbox.handout import handout_for
from bot.outbox.marks import Outcome
from bot.outbox.states import State
from bot.privacy.erase import erase_put_back
from bot.privacy.export import collect
from bot.speech import Kind, Op
from bot.store import Store, Tx
from bot.store.tables import addresses, chains, invitations, links, outbox, persons, reports
from tests.flows.looking import look, person_of
from tests.kit.clock import HandClock
from tests.kit.talk import Friend, House
from tests.kit.thanks import acquaint, all_links, code_of, invite, letters, meet, pass_on, say, thank
from tests.privacy.test_delete import asks_and_taps, swept

HOUR, DAY = 3600, 86_400
CANARY = "I like the canary 41d7 that you “keep”."


@pytest.fixture
def house(store: Store, clock: HandClock) -> House:
    """On both databases."""
    return House(store, clock)


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


def given(friend: Friend) -> dict[str, Any]:
    """Return what an export holds."""
    return friend.house.store.run_now(lambda tx: collect(tx, person_of(tx, friend), str, PARTS))


def kept_of(friend: Friend) -> str:
    """Return all that the outbox says to somebody, and what an export would hold."""

    def work(tx: Tx) -> str:
        person = person_of(tx, friend)
        rows = tx.connection.execute(select(outbox).where(outbox.c.address_id == person.address_id)).all()
        bodies = [opened(row.body, row.sealed, row.op, person.seal).to_dict() for row in rows if row.body is not None]
        return json.dumps([bodies, collect(tx, person, str, PARTS)], ensure_ascii=False, default=str)

    return friend.house.store.run_now(work)


async def test_everything_is_given_and_nothing_of_others(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, CANARY)
    await bea.tap("❤️")
    await bea.tap("…")
    await bea.tap("Block")
    await invite(anna, "Carl", "For Carl.")
    await house.pass_time(DAY)
    await thank(anna, "Bea", "Not for Bea to see.")
    annas, beas = given(anna), given(bea)
    (known,) = annas["people"]
    assert (known["name"], known["muted_at"], known["blocked_at"]) == ("Bea", None, None)
    assert [row["letter"]["sentence"] for row in annas["thanks_sent"]] == [CANARY, "For Carl.", "Not for Bea to see."]
    assert len({frozenset(row) for row in annas["thanks_sent"]}) == 1, "a blocked one looks like any other"
    assert not {"withheld", "due_at", "brought_at", "sealed_by_receiver"} & annas["thanks_sent"][0].keys()
    assert annas["thanks_sent"][0]["answer"] == "heart"
    assert [set(row) for row in annas["invitations"]] == [{"id", "link_id", "expires_at"}] * 2, "a no is silent"
    (got,) = beas["thanks_received"]
    assert (got["letter"], got["answer"]) == ({"sentence": CANARY, "name": "Anna"}, "heart")
    assert beas["people"][0]["blocked_at"]
    assert "Not for Bea" not in json.dumps(beas)
    assert beas["thanks_sent"] == []


async def test_who_reported_somebody_is_not_told_to_them(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea, CANARY)
    for label in ("…", "Report", "With the sentence"):
        await bea.tap(label)
    assert given(anna)["reports"] == []
    assert [row["shows"] for row in given(bea)["reports"]] == [True]


async def test_a_sentence_is_deleted_where_it_was_brought_and_its_copy_goes(
    anna: Friend, bea: Friend, house: House, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    await meet(anna, bea, CANARY)
    await bea.tap("❤️")
    await bea.command("export")  # its file held the sentence
    assert "canary" in kept_of(bea)
    before = len(bea.inbox)
    await asks_and_taps(anna)
    await swept(house)
    await house.pump.settle()
    assert letters(bea) == []
    assert len(bea.inbox) == before - 4, "the invitation, the letter and two files; nothing is said about it"
    assert "canary" not in kept_of(bea)
    (link,) = all_links(house)
    assert (link.sender_id, link.sealed_by_sender, link.sealed_by_receiver) == (None, None, None)
    assert (link.depth, link.sender_number, link.receiver_number, link.answer) == (1, 1, 2, "heart")
    assert given(bea)["people"] == []
    assert "canary" not in caplog.text + "".join(capsys.readouterr())


async def test_an_invitation_that_was_opened_is_taken_back(anna: Friend, bea: Friend, house: House) -> None:
    code = await invite(anna, "Bea")
    await bea.command("help")
    await bea.command("accept", code)
    await bea.tap("…")
    assert bea.newest.text.startswith("Anna has a sentence")
    await asks_and_taps(anna)
    await house.pump.settle()
    assert "Anna" not in "".join(bea.said)


@pytest.mark.parametrize("taps", [(), ("No, thank you",), ("…", "Mute"), ("…", "Block")], ids=" ".join)
async def test_files_and_lists_that_hold_the_name_on_an_invitation_are_taken_back(
    anna: Friend, bea: Friend, house: House, taps: tuple[str, ...]
) -> None:
    await bea.command("accept", await invite(anna, "Bea", signed="Xanthippe"))
    for label in taps:
        await bea.tap(label)
    await bea.command("export")
    await bea.command("people")
    assert "Xanthippe" in str([said.attachment for said in bea.inbox])
    await bea.command("help")
    await asks_and_taps(anna)
    await house.pump.settle()
    assert "Xanthippe" not in str(bea.inbox)
    assert bea.inbox, "what does not hold it stays"


async def test_a_list_of_people_is_taken_back_when_somebody_on_it_leaves(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea)
    await anna.command("people")
    of_anna = anna.newest
    await asks_and_taps(bea)
    await house.pump.settle()
    assert of_anna in anna.inbox, "so she calls her herself"
    await bea.command("accept", await invite(anna, "Bea"))
    await bea.tap("Accept")
    await bea.command("people")
    listed = bea.newest
    await bea.tap("1")
    assert listed.text == "Anna"
    await asks_and_taps(anna)
    await house.pump.settle()
    assert listed not in bea.inbox


async def test_a_name_that_a_list_was_turned_to_is_taken_back_too(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    house.clock.forward(60)
    acquaint(bea, 10)
    await bea.command("people")
    assert "Anna" not in bea.newest.text
    listed = bea.newest
    await bea.tap("Next page")
    assert "Anna" in listed.text
    await asks_and_taps(anna)
    await house.pump.settle()
    assert listed not in bea.inbox


async def test_a_word_back_is_taken_back_when_who_gave_it_leaves(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, CANARY)
    await bea.tap("❤️")
    await anna.command("export")
    assert anna.said.count("From Bea, for your thanks: ❤️") == 1
    before = len(anna.inbox)
    await asks_and_taps(bea)
    await house.pump.settle()
    assert len(anna.inbox) == before - 3, "the word and two files that tell of it"
    assert "From Bea" not in "".join(anna.said)


async def test_who_has_said_nothing_back_has_nothing_taken_back(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, CANARY)
    await anna.command("export")
    before = list(anna.said)
    await asks_and_taps(bea)
    await house.pump.settle()
    assert anna.said == before


async def test_a_picture_with_the_sentence_is_taken_back_too(anna: Friend, bea: Friend, house: House) -> None:
    carl = house.person("carl")
    await meet(anna, bea, CANARY)
    await pass_on(bea, carl, "Of her own.")
    await pass_on(carl, house.person("dora"), "From Carl.")
    for friend in (bea, carl):
        await friend.command("ripple")
    pictured = bea.newest
    assert b"canary" in pictured.image
    await bea.command("help")
    await asks_and_taps(anna)
    await house.pump.settle()
    assert pictured not in bea.inbox
    assert bea.said[-1].startswith("I nudge you"), "nothing else goes"
    assert carl.newest.image, "her words are not on it"
    assert "canary" not in kept_of(bea)
    assert "Of her own." in kept_of(bea)


async def test_what_is_made_of_a_message_is_sealed_with_the_same_keys(anna: Friend, bea: Friend) -> None:
    await meet(anna, bea, CANARY)
    await bea.command("people")

    def settle(visit: Visit) -> None:
        visit.settle_question(lambda payload: payload.verb == "folk")

    look(bea, settle)

    def owners(tx: Tx) -> list[frozenset[bytes]]:
        person = person_of(tx, bea)
        edits = select(outbox.c.body).where(outbox.c.op == Op.EDIT, outbox.c.address_id == person.address_id)
        return [person.seal.read(bytes(body))[1] for body in tx.connection.scalars(edits.order_by(outbox.c.id))][-1:]

    store = bea.house.store
    assert store.run_now(owners) == [frozenset({store.run_now(lambda tx: person_of(tx, anna).seal.name)})]


async def months_later(house: House) -> None:
    """Let so much time pass that everything is forgotten that can be."""
    house.clock.forward(60 * DAY)
    await house.rota.forget()


async def test_letters_and_pictures_of_months_ago_are_taken_back(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, CANARY)
    await pass_on(bea, house.person("carl"), "Of her own.")
    await bea.command("ripple")
    await bea.command("help")
    await months_later(house)
    rows = house.store.run_now(lambda tx: tx.connection.execute(select(outbox.c.body, outbox.c.key)).all())
    assert {row.body for row in rows} == {None}, "what was said is forgotten all the same"
    assert len(rows) == 5, "two invitations, two letters and a picture are remembered by their numbers"
    await asks_and_taps(anna)
    await house.pump.settle()
    assert CANARY not in letters(bea)
    assert not any(said.image for said in bea.inbox)
    await months_later(house)
    left = house.store.run_now(lambda tx: tx.connection.scalars(select(outbox.c.key)).all())
    kept = [None, f"thanks:{all_links(house)[1].id}"]
    assert left == kept, "Carl still has an invitation and a letter, and Bea could take them back"


async def test_a_letter_that_was_said_again_after_its_text_was_forgotten_goes_too(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, CANARY)
    await house.pass_time(8 * DAY)
    await house.rota.forget()
    await bea.tap("…")
    assert len(letters(bea)) == 2
    await asks_and_taps(anna)
    await house.pump.settle()
    assert letters(bea) == []


async def test_an_old_letter_waits_for_its_chat_to_open_and_is_deleted_then(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, CANARY)
    await months_later(house)
    house.chat.trouble_with = lambda address, outgoing: TryLater("busy", after=60) if address.chat == "bea" else None
    await asks_and_taps(anna)
    house.clock.forward(5 * DAY)
    await house.rota.forget()
    house.chat.trouble_with = lambda address, outgoing: None
    await house.pump.settle()
    assert letters(bea) == []


async def test_a_letter_whose_key_is_gone_does_not_leave(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, "The first.")
    await house.pass_time(DAY)
    house.chat.trouble_with = lambda address, outgoing: TryLater("busy", after=60) if address.chat == "bea" else None
    await thank(anna, "Bea", CANARY)
    house.chat.trouble_with = lambda address, outgoing: None
    house.store.keys.destroy([house.store.run_now(lambda tx: person_of(tx, anna).seal.name)], 1)
    await house.pass_time(120)
    assert letters(bea) == ["The first."]
    here = outbox.c.key == f"thanks:{all_links(house)[1].id}"
    row = house.store.run_now(
        lambda tx: tx.connection.execute(select(outbox.c.state, outbox.c.problem).where(here)).one()
    )
    assert tuple(row) == (State.DROPPED, "SealGone")


async def test_what_waits_is_not_brought_once_its_sender_has_left(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, "The first.")
    await house.pass_time(DAY + 13 * HOUR)  # 23:00
    await thank(anna, "Bea", CANARY)
    await asks_and_taps(anna)
    await house.pass_time(2 * DAY)
    assert letters(bea) == []
    assert "canary" not in kept_of(bea)
    assert [link.withheld for link in all_links(house)] == [False, True]


async def test_what_waits_in_the_outbox_does_not_leave(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, "The first.")
    await house.pass_time(DAY)
    house.chat.trouble_with = lambda address, outgoing: TryLater("busy", after=60) if address.chat == "bea" else None
    await thank(anna, "Bea", CANARY)
    await asks_and_taps(anna)
    house.chat.trouble_with = lambda address, outgoing: None
    await house.pass_time(DAY)
    assert letters(bea) == []
    assert "canary" not in kept_of(bea)


async def test_what_is_on_its_way_is_deleted_behind_its_arrival(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea, "The first.")
    await house.pass_time(DAY)
    await anna.command("thanks")
    await say(anna, "Bea", CANARY)
    handout = handout_for(house.store.url)
    send = next(button.payload for row in anna.newest.rows for button in row if button.label == "Send")
    await house.door.receive(anna.event(Kind.TAP, send, message=anna.newest.id))
    await house.rota.bring_thanks()
    parcels = await house.store.run(lambda tx: handout.claim(tx, "memory", 10, heavy=8, files=8, mine=()))
    (parcel,) = [one for one in parcels if one.address.chat == "bea"]
    receipt = await house.chat.send(parcel.address, parcel.outgoing, nonce=parcel.id)
    await house.store.run(
        lambda tx: handout.mark(
            tx, [Outcome(one.id, State.SENT, message="x") for one in parcels if one.id != parcel.id]
        )
    )
    assert "canary" in bea.said[-1]
    await asks_and_taps(anna)
    await house.store.run(lambda tx: handout.mark(tx, [Outcome(parcel.id, State.SENT, message=receipt.message)]))
    await house.pump.settle()
    assert not any("canary" in said for said in bea.said)
    assert "canary" not in kept_of(bea)


async def test_in_mid_chain_a_nameless_pebble_stays_and_the_chain_goes_on(
    anna: Friend, bea: Friend, house: House
) -> None:
    carl, dora = house.person("carl"), house.person("dora")
    await meet(anna, bea, "From Anna.")
    await pass_on(bea, carl, CANARY)
    await carl.tap("Pass it on")  # Carl is about to pass it on while Bea goes
    await asks_and_taps(bea)
    await say(carl, "Dora", "From Carl.", "Carl", "Send")
    await dora.command("accept", code_of(carl))
    await dora.tap("Accept")
    first, second, third = all_links(house)
    assert (second.parent_id, third.parent_id, third.chain_id) == (first.id, second.id, first.chain_id)
    assert [link.depth for link in (first, second, third)] == [1, 2, 3]
    assert (first.receiver_id, second.sender_id) == (None, None)
    assert (first.receiver_number, second.sender_number, second.receiver_number, third.sender_number) == (2, 2, 3, 3)
    await anna.command("ripple")
    assert anna.newest.text.startswith("🪨 Your thanks reached 3 people in 3 sentences over 1 day.")
    assert "Bea" not in anna.newest.text
    assert '"Bea"' not in json.dumps(given(anna)["thanks_sent"])
    assert "canary" not in kept_of(carl)


async def test_when_two_of_a_chain_go_the_third_still_sees_how_far_it_went(
    anna: Friend, bea: Friend, house: House
) -> None:
    carl = house.person("carl")
    await meet(anna, bea, "From Anna.")
    await pass_on(bea, carl, CANARY)
    await asks_and_taps(bea)
    await asks_and_taps(carl)
    await swept(house)
    await anna.command("ripple")
    assert anna.newest.text.startswith("🪨 Your thanks reached 2 people in 2 sentences over 1 day.")
    await asks_and_taps(anna)
    await swept(house)
    assert all_links(house) == [], "nobody is left who could ask"
    assert house.store.run_now(lambda tx: tx.connection.execute(select(chains)).all()) == []


async def test_a_receiver_who_goes_leaves_the_senders_copy_without_their_name(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, CANARY)
    await bea.tap("❤️")
    await asks_and_taps(bea)
    await swept(house)
    (link,) = all_links(house)
    assert (link.receiver_id, link.sealed_by_receiver, link.answer, link.receiver_number) == (None, None, None, 2)
    (sent,) = given(anna)["thanks_sent"]
    assert sent["letter"] == {"sentence": CANARY, "name": ""}
    await anna.command("thanks")
    assert "Bea" not in anna.newest.labels
    await anna.command("people")
    assert anna.newest.text == "Nobody is here yet. /thanks is the way to somebody."
    assert anna.said


async def test_invitations_go_and_do_not_open_any_more(anna: Friend, bea: Friend, house: House) -> None:
    code = await invite(anna, "Bea", CANARY)
    await bea.command("accept", code)
    yes = bea.newest
    await asks_and_taps(anna)
    await bea.tap_payload(yes.rows[0][0].payload, yes.id)
    assert letters(bea) == []
    await bea.command("accept", code)
    assert bea.newest.text.startswith("This invitation doesn’t open, or not any more.")
    assert all_links(house) == []
    assert house.store.run_now(lambda tx: tx.connection.execute(select(invitations)).all()) == []


async def test_who_opened_an_invitation_and_goes_is_forgotten_there(anna: Friend, bea: Friend, house: House) -> None:
    code = await invite(anna, "Bea", CANARY)
    await bea.command("accept", code)
    await asks_and_taps(bea)
    assert house.store.run_now(lambda tx: tx.connection.scalar(select(invitations.c.opened_by))) is None
    await bea.command("accept", code)
    await bea.tap("Accept")
    assert len(letters(bea)) == 1


async def test_reports_about_who_goes_are_gone_and_theirs_are_nobodys(anna: Friend, bea: Friend, house: House) -> None:
    carl = house.person("carl")
    await meet(anna, bea, CANARY)
    await meet(bea, carl, "To Carl.")
    for friend in (bea, carl):
        for label in ("…", "Report", "With the sentence"):
            await friend.tap(label)
    assert len(house.store.run_now(reported)) == 2
    await asks_and_taps(carl)
    about_bea = house.store.run_now(lambda tx: [r for r in reported(tx) if r.sentence is None])
    assert len(about_bea) == 1
    await asks_and_taps(anna)
    rows = house.store.run_now(lambda tx: tx.connection.execute(select(reports)).all())
    assert [(row.person_id, row.shows) for row in rows] == [(None, False)]


async def test_two_whom_an_old_copy_brings_back_are_erased_anew_though_no_key_is_left(
    anna: Friend, bea: Friend, house: House
) -> None:
    carl = house.person("carl")
    await meet(anna, bea, CANARY)
    await pass_on(bea, carl, "From Bea.")
    names = house.store.run_now(
        lambda tx: tx.connection.scalars(select(persons.c.key_id).order_by(persons.c.id).limit(2)).all()
    )
    house.store.keys.destroy(names, 1)
    assert house.store.run_now(lambda tx: erase_put_back(tx, list(names), PARTS)) == 2
    await house.store.finish_erasures()
    first, second = all_links(house)
    assert (first.sender_id, first.receiver_id, second.sender_id) == (None, None, None)
    assert second.receiver_id is not None
    assert second.sealed_by_receiver is None
    await house.pump.settle()
    assert letters(carl) == []


async def test_where_the_receivers_chat_is_closed_the_sender_goes_all_the_same(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea, CANARY)
    house.store.run_now(
        lambda tx: tx.connection.execute(update(addresses).where(addresses.c.chat == "bea").values(paused_at=tx.now))
    )
    await asks_and_taps(anna)
    await swept(house)
    assert "canary" not in kept_of(bea)
    await bea.command("help")  # the chat is open again
    await house.pump.settle()
    assert letters(bea) == []


async def test_over_invitations_are_forgotten_after_a_while(anna: Friend, house: House) -> None:
    await invite(anna, "Bea")
    await house.pass_time(13 * DAY)
    await house.rota.forget()
    assert house.store.run_now(lambda tx: len(tx.connection.execute(select(invitations)).all())) == 1
    await house.pass_time(2 * DAY)
    await house.rota.forget()
    assert house.store.run_now(lambda tx: len(tx.connection.execute(select(invitations)).all())) == 0
    assert len(all_links(house)) == 1


async def test_a_link_that_was_settled_meanwhile_is_not_looked_at_for_ever(
    anna: Friend, bea: Friend, house: House
) -> None:
    await meet(anna, bea)

    def settle_but_leave_due(tx: Tx) -> None:
        tx.connection.execute(update(links).values(withheld=True, due_at=tx.now))

    await house.store.run(settle_but_leave_due)
    await house.rota.tick()
    assert await house.store.read(next_due) is None
