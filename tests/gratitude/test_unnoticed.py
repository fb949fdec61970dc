"""Nothing that a sender is shown or given tells whether their receiver has blocked or muted them, or is just quiet."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.speech import Kind
from bot.store import Keyring, Store
from bot.store.tables import outbox
from tests.flows.looking import person_of
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.files import unpacked
from tests.kit.talk import Friend, House, Said
from tests.kit.thanks import all_links, invite, letters, meet, thank

HOUR, DAY = 3600, 86_400
OPENS = re.compile(r"(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}|invite=[\w-]{22}|\b[0-9a-f]{32}\b")
WAYS = {
    "quiet": ("…", "Back"),
    "blocked": ("…", "Block"),
    "muted": ("…", "Mute"),
}
"""What the receiver taps, each as many times."""


@contextmanager
def fresh(template: Path, folder: Path) -> Iterator[House]:
    folder.mkdir()
    path = folder / "pebble.db"
    shutil.copy(template, path)
    clock = HandClock()
    store = Store(f"sqlite:///{path}", clock, Keyring([KEY]))
    yield House(store, clock)
    store.close()


async def lived(house: House, taps: tuple[str, ...], hours: int) -> Friend:
    """Let Anna write to Bea, who stands to her in some way, and look at everything the day after."""
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await invite(anna, "Carl")
    for label in taps:
        await bea.tap(label)
    await house.pass_time(DAY + hours * HOUR)
    await thank(anna, "Bea", "Are you there?")
    await anna.command("help")
    await house.pass_time(DAY)
    for command in ("people", "thanks", "ripple", "help", "export"):
        await anna.command(command)
    return anna


def seen(friend: Friend) -> list[str]:
    """Return all that somebody can see, also in the wires of their app: numbers of messages, what buttons carry.

    Only what opens an invitation is another one each time.
    """
    told = ((said.id, said.text, said.rows, files(said), said.image) for said in friend.inbox)
    return [OPENS.sub("*", repr(one)) for one in told]


def files(said: Said) -> dict[str, str]:
    """Return what is in the file of a message, a ZIP unpacked."""
    return unpacked(said.attachment) if said.attachment else {}


@pytest.mark.parametrize("hours", [0, 14], ids=["by day", "at night"])
async def test_a_sender_sees_the_same_and_is_given_the_same(template_file: Path, tmp_path: Path, hours: int) -> None:
    with ExitStack() as stack:
        houses = {way: stack.enter_context(fresh(template_file, tmp_path / way)) for way in WAYS}
        annas = {way: await lived(house, WAYS[way], hours) for way, house in houses.items()}
        came = {way: "Are you there?" in letters(house.person("bea")) for way, house in houses.items()}
        assert came == {"quiet": True, "blocked": False, "muted": False}, "else this test would show nothing"
        for way in ("blocked", "muted"):
            assert seen(annas[way]) == seen(annas["quiet"]), way
        assert "Are you there?" in str([files(said) for said in annas["blocked"].inbox])


@pytest.mark.parametrize("stance", ["Block", "Mute"])
async def test_who_answers_sees_the_same_whether_the_answer_is_wanted_or_not(
    template_file: Path, tmp_path: Path, stance: str
) -> None:
    said = {}
    with ExitStack() as stack:
        for label in ("Back", stance):
            house = stack.enter_context(fresh(template_file, tmp_path / label))
            anna, bea = house.person("anna"), house.person("bea")
            await meet(anna, bea)
            await anna.command("people")
            for tapped in ("1", label):
                await anna.tap(tapped)
            await bea.tap("❤️")
            for command in ("help", "export"):
                await bea.command(command)
            said[label] = seen(bea)
    assert said[stance] == said["Back"]


async def test_what_is_done_for_the_sender_does_not_look_at_the_receiver(anna: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(anna, bea)
    await house.pass_time(DAY)
    await anna.command("thanks")
    for words in ("Bea", "Are you there?"):
        await anna.send(words)
    send = next(button for row in anna.newest.rows for button in row if button.label == "Send")
    await house.door.receive(anna.event(Kind.TAP, send.payload, message=anna.newest.id))
    (_, link) = all_links(house)
    assert (link.brought_at, link.due_at) == (None, house.clock.now())
    await house.rota.tick()
    await house.pump.settle()
    assert letters(bea)[-1] == "Are you there?"


async def given(friend: Friend) -> dict[str, Any]:
    await friend.command("export")
    whole = friend.inbox[-2].attachment
    assert whole is not None
    found: dict[str, Any] = json.loads(whole.text)
    return found


async def test_rows_are_numbered_from_one_and_named_alike_everywhere(house: House) -> None:
    anna, bea, carl = (house.person(name) for name in ("anna", "bea", "carl"))
    for friend in (carl, bea):  # whose rows come before hers
        await friend.sign_up()
        await friend.begin("Evening joy")
        await friend.send("something")
    await meet(carl, bea)
    await meet(bea, anna)
    await anna.tap("Pass it on")
    await invite(anna, "Dora", "On it goes.", begun=True)
    await anna.sign_up()
    await anna.command("own")
    for words in ("Window minute", "Look out.", "Calm, Same", "Save"):
        await (anna.tap(words) if words in anna.newest.labels else anna.send(words))
    await anna.tap("Try it now")
    found = await given(anna)
    for section in ("nudges", "moments", "messages", "addresses", "people", "own_practices", "invitations"):
        numbers = [row["id"] for row in found[section]]
        assert numbers == [*range(1, len(numbers) + 1)], section
    assert found["person"]["id"] == 1
    assert found["nudges"][0]["address_id"] == found["messages"][0]["address_id"] == found["addresses"][0]["id"]
    assert found["moments"][-1]["practice"] == f"own-{found['own_practices'][0]['id']}"
    assert found["moments"][-1]["id"] in [row["moment_id"] for row in found["messages"]]
    assert found["thanks_sent"][0]["parent_id"] == found["thanks_received"][0]["link"]
    assert found["thanks_sent"][0]["chain_id"] == found["thanks_received"][0]["chain_id"]
    assert found["invitations"][0]["link_id"] == found["thanks_sent"][0]["link"]
    edits = [row["edits"] for row in found["messages"] if row["edits"]]
    assert edits
    assert set(edits) <= {row["id"] for row in found["messages"]}


async def test_buttons_are_given_by_their_labels_alone(anna: Friend) -> None:
    await anna.command("now")
    labels = anna.newest.labels
    found = await given(anna)
    menu = next(row["body"] for row in found["messages"] if row["body"].get("rows"))
    assert [label for row in menu["rows"] for label in row] == labels
    assert "1:now" not in json.dumps(found)


async def test_a_conversation_under_way_is_given_without_numbers_of_rows(anna: Friend, house: House) -> None:
    await meet(anna, house.person("bea"))
    await house.pass_time(DAY)
    await anna.command("thanks")
    data = (await given(anna))["position"]["data"]
    assert [set(one) for one in data["people"]] == [{"refused"}]


async def test_a_number_that_was_used_up_leaves_no_row(anna: Friend, house: House) -> None:
    bea = house.person("bea")
    await meet(anna, bea)
    for label in WAYS["blocked"]:
        await bea.tap(label)
    await house.pass_time(DAY)

    def of_bea() -> list[int]:
        place = house.store.run_now(lambda tx: person_of(tx, bea).address_id)
        wanted = select(outbox.c.id).where(outbox.c.address_id == place)
        return house.store.run_now(lambda tx: list(tx.connection.scalars(wanted)))

    before = of_bea()
    await thank(anna, "Bea", "Are you there?")
    assert of_bea() == before
    assert all_links(house)[-1].due_at is None
