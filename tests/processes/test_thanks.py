"""kill -9 at each step of a sentence of thanks: none is lost, and none comes twice but where it was on its way."""

import time
from collections.abc import Callable

from sqlalchemy import select

from bot.clock import utc
from bot.people.queries import meet, set_name, set_zone
from bot.speech import Address
from bot.store import Store, Tx
from bot.store.tables import addresses, links, outbox
from tests.fakes import BotApi, Hang, Person
from tests.kit.thanks import CODE
from tests.processes.pebble import Pebble, tap, until

NAMES = {11: "Anna", 12: "Bea", 13: "Carl", 14: "Dora"}
SENTENCES = {11: "I like how you wait.", 13: "You carry the heavy end."}
BACK = "And how you listen."


def noon() -> str:
    """Return a zone (IANA name) in which it is about noon now, so that whatever is brought comes at once."""
    ahead = 12 - utc(int(time.time())).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def known(tx: Tx) -> None:
    """Let all of them be signed up."""
    for chat, name in NAMES.items():
        person = meet(tx, Address("telegram", str(chat)), "en", None)
        set_zone(tx, person.id, noon())
        set_name(tx, person, name)


def write(person: Person, to: str, sentence: str) -> None:
    """Write a sentence up to the point where it can be sent."""
    person.command("thanks")
    asked = person.wait_for("What do you call them?")
    person.send(to)
    asked = person.wait_for("One sentence for", after=asked)
    person.send(sentence)
    person.wait_for("This is how", after=asked)


def settled(pebble: Pebble, api: BotApi) -> None:
    """Wait until all that people did has been taken in, and all that is to be said has been said."""
    until(lambda: not api.pending, 10, "taking in")
    pebble.at_rest()


def code_of(person: Person) -> str:
    return next(found[1] for said in reversed(person.said) if (found := CODE.search(said)))


def letters(person: Person, sentence: str) -> int:
    """Return how many copies of a sentence somebody got."""
    return sum(said.startswith("💛 From") and sentence in said for said in person.said)


def test_a_kill_at_each_step_loses_no_sentence_and_no_answer(prepared: Pebble, api: BotApi) -> None:
    """Anna and Bea act while the process is dead, Carl and Dora in the moment of the kill."""
    anna, bea, carl, dora = (api.person(chat, first_name=name) for chat, name in NAMES.items())
    for person in (anna, bea, carl, dora):
        person.user.started = True
    with prepared.store() as store:
        store.run_now(known)
    prepared.start()
    write(anna, "Bea", SENTENCES[11])
    write(carl, "Dora", SENTENCES[13])
    steps: list[Callable[[Person, Person], object]] = [
        lambda sender, _receiver: tap(sender, "Send"),
        lambda sender, receiver: receiver.command("accept", code_of(sender)),
        lambda _sender, receiver: tap(receiver, "Accept"),
        lambda _sender, receiver: tap(receiver, "❤️"),
    ]
    for step in steps:
        settled(prepared, api)
        step(carl, dora)
        prepared.kill()
        step(anna, bea)
        prepared.start()
    settled(prepared, api)
    for sender, receiver in ((anna, bea), (carl, dora)):
        sender.wait_for(f"From {NAMES[receiver.id]}, for your thanks: ❤️")
    assert (letters(bea, SENTENCES[11]), anna.said.count("From Bea, for your thanks: ❤️")) == (1, 1)
    prepared.at_rest()
    brought_while_it_dies(prepared, api, bea, anna)
    with prepared.store() as store:
        doubts = doubtful(store)
        rows = store.run_now(lambda tx: tx.connection.execute(select(links).order_by(links.c.id)).all())
    assert [row.answer for row in rows] == ["heart", "heart", None]
    assert all(row.brought_at for row in rows)
    copies = {12: letters(bea, SENTENCES[11]), 14: letters(dora, SENTENCES[13]), 11: letters(anna, BACK)}
    assert all(1 <= count <= 1 + min(doubts[chat], 1) for chat, count in copies.items()), (copies, doubts)
    assert 1 <= carl.said.count("From Dora, for your thanks: ❤️") <= 2
    assert api.pending == []


def brought_while_it_dies(pebble: Pebble, api: BotApi, sender: Person, receiver: Person) -> None:
    """Let a sentence go to somebody who is known, and the process die while the platform has it in hand."""
    sender.command("thanks")
    tap(sender, NAMES[receiver.id])
    asked = sender.wait_for("One sentence for")
    sender.send(BACK)
    sender.wait_for("This is how", after=asked)
    pebble.at_rest()
    api.fail("sendMessage", how=Hang(after=True), chat_id=receiver.id)
    tap(sender, "Send")
    until(lambda: letters(receiver, BACK) == 1, 10, "the letter")
    pebble.restart()
    pebble.at_rest()
    assert letters(receiver, BACK) == 2, "it was in doubt, so it was sent once more"


def doubtful(store: Store) -> dict[int, int]:
    """Return how often the sending of each letter was cut off, by the chat of who got it."""
    wanted = select(addresses.c.chat, outbox.c.doubts).join(addresses, addresses.c.id == outbox.c.address_id)
    letters_of = wanted.where(outbox.c.key.startswith("thanks:"))
    return {int(row.chat): row.doubts for row in store.run_now(lambda tx: tx.connection.execute(letters_of).all())}
