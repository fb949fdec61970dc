"""What one person has begun does not hang on another one, whose name was only looked at."""

from tests.kit.talk import Friend, House
from tests.kit.thanks import all_links, invite, letters, meet, thank, write

DAY = 86_400


async def erase(friend: Friend) -> None:
    await friend.command("delete")
    for label in ("Delete everything", "Yes, delete it all"):
        await friend.tap(label)


async def test_a_sentence_to_somebody_else_can_be_sent_when_an_acquaintance_has_left(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(bea, anna)
    await anna.command("thanks")
    await anna.tap("Somebody new")
    await write(anna, "Carl", "I like how you cook.")
    await erase(bea)
    await anna.tap("Send")
    assert anna.newest.text.startswith("Your sentence waits for Carl.")


async def test_an_invitation_can_be_handed_on_when_an_acquaintance_has_left(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(bea, anna)
    await invite(anna, "Carl", "I like how you cook.")
    number = all_links(house)[-1].id
    await erase(bea)
    assert (await anna.shares(f"thanks {number}")).shared is not None
    await anna.tap("QR code")
    assert anna.newest.text == "For the camera of Carl’s phone."


async def test_what_waited_between_two_chats_that_were_joined_comes_to_nobody(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await house.pass_time(DAY + 13 * 3600)
    await thank(anna, "Bea", "Good night.")
    before = (letters(anna), letters(bea))
    await anna.command("link")
    await bea.command("link", anna.newest.text.split("/link ")[1].split("\n")[0])
    await bea.tap("Join")
    await house.pass_time(DAY)
    assert (letters(anna), letters(bea)) == before
