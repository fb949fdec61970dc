"""How an invitation is handed on: a way in for each platform, and a picture of the link for whoever stands beside."""

import json
from collections.abc import Mapping

import pytest

from bot.door import Door
from bot.flows.linking import place_of
from bot.flows.visit import OLD
from bot.speech import Payload, WayIn
from bot.texts import Voice
from tests.kit.drawing import PNG
from tests.kit.talk import Friend, House, Said
from tests.kit.thanks import code_of, invite, meet, token_of

DAY = 86_400
ADD = "https://discord.com/oauth2/authorize?client_id=1&scope=bot+applications.commands&permissions=0"


def ways(token: str) -> Mapping[str, WayIn]:
    return {
        "web": WayIn(f"https://pebble.test/?invite={token}"),
        "telegram": WayIn(f"https://t.me/pebble_test_bot?start={token}"),
        "discord": WayIn(ADD, carries=False),
    }


@pytest.fixture
def bea(house: House) -> Friend:
    return house.person("bea")


def everywhere(house: House, *names: str) -> None:
    """Let Pebble be reached on these platforms."""
    house.door = Door(
        house.store, house.catalogue, lambda token: {name: ways(token)[name] for name in names or ways(token)}
    )


def drawn(said: Said) -> dict[str, str]:
    """Return what was to be drawn with a message."""
    spec: dict[str, str] = json.loads(said.image.removeprefix(PNG))
    return spec


async def test_every_platform_has_a_way_in_that_works_there(anna: Friend, house: House) -> None:
    everywhere(house)
    await invite(anna, "Bea")
    token, text = token_of(anna), anna.newest.text
    assert f"Chat page: https://pebble.test/?invite={token}\n" in text
    assert f"Telegram: https://t.me/pebble_test_bot?start={token}\n" in text
    assert f"Discord: {ADD} adds me there, then the code opens it.\n" in text
    assert text.endswith(f"In any chat with me: /accept {code_of(anna)}")
    assert anna.newest.labels == ["Share the invitation", "QR code"]


async def test_a_platform_is_named_as_a_label_so_that_no_language_has_to_bend_it(house: House) -> None:
    everywhere(house)
    anna = house.person("anna", language="de")
    await anna.command("danke")
    for words in ("Bea", "Du hörst so gut zu.", "Änne"):
        await anna.send(words)
    await anna.tap("Senden")
    assert f"\n\nChatseite: https://pebble.test/?invite={token_of(anna)}\n" in anna.newest.text
    assert place_of(Voice.of("de"), "web") == "Chatseite"


async def test_where_telegram_is_not_there_is_no_sheet_of_its(anna: Friend) -> None:
    await invite(anna, "Bea")
    assert anna.newest.labels == ["QR code"]


async def test_the_link_comes_as_a_picture_on_wish_and_once(anna: Friend, house: House) -> None:
    everywhere(house)
    await invite(anna, "Bea")
    token = token_of(anna)
    await anna.tap("QR code")
    spec = drawn(anna.newest)
    assert (spec["kind"], spec["link"]) == ("code", f"https://pebble.test/?invite={token}")
    assert spec["line"] == "It opens once, within 7 days, and shows who it is from."
    assert anna.newest.text == "For the camera of Bea’s phone."
    count = len(anna.said)
    assert (await anna.tap("QR code")).toast == "It is here already."
    assert len(anna.said) == count


async def test_on_discord_alone_the_picture_adds_pebble_and_the_code_does_the_rest(anna: Friend, house: House) -> None:
    everywhere(house, "discord")
    await invite(anna, "Bea")
    await anna.tap("QR code")
    assert (drawn(anna.newest)["link"], drawn(anna.newest)["line"]) == (
        ADD,
        "It adds me; then the code opens what waits for you.",
    )


@pytest.mark.parametrize("answer", ["Accept", "No, thank you"])
async def test_the_picture_is_for_who_wrote_and_tells_nothing_of_an_answer(
    anna: Friend, bea: Friend, house: House, answer: str
) -> None:
    await invite(anna, "Bea")
    asked = anna.newest
    payload = asked.rows[-1][0].payload
    assert (await bea.tap_payload(payload, None)).toast == OLD
    await bea.command("accept", code_of(anna))
    await bea.tap(answer)
    assert (await anna.tap_payload(payload, asked.id)).toast == "", "a no is silent, so a yes is not told here either"
    house.clock.forward(8 * 86_400)
    assert (await anna.tap_payload(payload, asked.id)).toast == OLD
    carl = house.person("carl")
    await invite(carl, "Dora")
    await house.pass_time(7 * DAY)
    assert (await carl.tap_payload(carl.inbox[-1].rows[-1][0].payload, None)).toast == OLD


@pytest.mark.parametrize("choice", ["", "zz", "00", "0" * 32, "a" * 38])
async def test_a_forged_button_shows_nothing(anna: Friend, bea: Friend, choice: str) -> None:
    await meet(anna, bea)
    count = len(anna.said)
    assert (await anna.tap_payload(str(Payload("code", 1, choice)), None)).toast == OLD
    assert len(anna.said) == count
