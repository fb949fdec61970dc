"""An invitation that is passed on into another chat: to who made it, and nobody can do anything with its name."""

import pytest
from sqlalchemy import func, select

from bot.gratitude.reports import suspend
from bot.outbox.marks import forget_old
from bot.store import Tx
from bot.store.tables import persons, seen
from tests.flows.looking import person_of
from tests.flows.test_inviting import everywhere
from tests.kit.talk import Friend, House
from tests.kit.thanks import all_links, code_of, invite, letters, meet, token_of

DAY = 86_400


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


def name_of(house: House) -> str:
    """Return the name under which the newest invitation is shared."""
    return f"thanks {all_links(house)[-1].id}"


async def test_the_button_names_the_invitation_and_holds_no_secret(anna: Friend, house: House) -> None:
    everywhere(house)
    await invite(anna, "Bea")
    (button,) = anna.newest.rows[0]
    assert (button.label, button.share) == ("Share the invitation", name_of(house))
    assert button.url.startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fpebble_test_bot%3Fstart%3D")


async def test_who_made_it_gets_one_text_with_the_link_that_opens_it(anna: Friend, bea: Friend, house: House) -> None:
    await invite(anna, "Bea")
    before = list(anna.said)
    shared = (await anna.shares(name_of(house))).shared
    assert shared is not None
    assert (shared.title, shared.line) == ("Your invitation for Bea", "Tap, and it goes into this chat.")
    assert shared.text == (
        f"A sentence of thanks waits for you here.\nhttps://pebble.test/?invite={token_of(anna)}\n\n"
        "It opens once, within 7 days, and shows who it is from."
    )
    assert anna.said == before, "nothing is said of it"
    await bea.command("start", token_of(anna))
    await bea.tap("Accept")
    assert len(letters(bea)) == 1


@pytest.mark.parametrize(
    "name", ["", "thanks", "thanks x", "thanks 99", f"thanks {10**17}", "Thanks 1", "1", "x" * 256]
)
async def test_another_name_offers_the_way_to_pebble_alone(anna: Friend, house: House, name: str) -> None:
    await invite(anna, "Bea")
    shown = await anna.shares(name)
    assert (shown.shared, shown.toast) == (None, "Open Pebble")


async def test_nobody_else_gets_it_be_they_a_stranger_or_its_receiver(anna: Friend, bea: Friend, house: House) -> None:
    await meet(anna, bea)
    await bea.command("thanks")
    code = code_of(anna)
    name = name_of(house)
    for other in (bea, house.person("carl", language="de")):
        assert (await other.shares(name)).shared is None
        assert (await other.shares(code)).shared is None
    assert (await house.person("carl", language="de").shares(name)).toast == "Pebble öffnen"


async def test_a_stranger_who_types_the_bots_name_leaves_no_trace(house: House) -> None:
    await house.person("stranger").shares("thanks 1")

    def rows(tx: Tx) -> list[int]:
        return [tx.connection.scalar(select(func.count()).select_from(table)) or 0 for table in (persons, seen)]

    assert house.store.run_now(rows) == [0, 0]


@pytest.mark.parametrize("answer", ["Accept", "No, thank you"])
async def test_it_tells_nothing_of_an_answer_and_ends_with_its_days(
    anna: Friend, bea: Friend, house: House, answer: str
) -> None:
    await invite(anna, "Bea")
    await bea.command("accept", code_of(anna))
    await bea.tap(answer)
    assert (await anna.shares(name_of(house))).shared is not None
    house.clock.forward(7 * DAY)
    assert (await anna.shares(name_of(house))).shared is None


async def test_what_can_no_longer_be_opened_is_not_passed_on(anna: Friend, house: House) -> None:
    await invite(anna, "Bea")
    house.store.run_now(lambda tx: suspend(tx, person_of(tx, anna).id))
    assert (await anna.shares(name_of(house))).shared is None


async def test_when_its_message_is_forgotten_nothing_is_left_to_pass_on(anna: Friend, house: House) -> None:
    await invite(anna, "Bea")
    house.clock.forward(8 * DAY)
    house.store.run_now(forget_old)
    house.clock.forward(-8 * DAY)
    assert (await anna.shares(name_of(house))).shared is None


async def test_it_can_be_passed_on_from_each_chat_of_its_person(anna: Friend, house: House) -> None:
    await invite(anna, "Bea")
    name, phone = name_of(house), house.person("phone")
    await anna.command("link")
    await phone.command("link", anna.newest.text.split("/link ")[1].split("\n")[0])
    assert (await phone.shares(name)).shared is None
    await phone.tap("Join")
    shared = (await phone.shares(name)).shared
    assert shared is not None
    assert token_of(anna) in shared.text
