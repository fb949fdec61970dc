"""/moments: what was written is browsed by day and practice, read whole, changed, hidden, deleted."""

import pytest

from bot.flows.showing import IN_ONE_PIECE
from bot.nudges import journal, kept, moments
from bot.nudges.own import Own, create, remove
from bot.speech import File
from bot.store import Tx
from tests.flows.looking import (
    DAY,
    HOUR,
    begin,
    besides,
    moments_of,
    parsed,
    payload,
    person_of,
    position_of,
    reopened,
    without,
)
from tests.kit.talk import CATALOGUE, KEPT_LINE, Friend, House, Said

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
EMPTY = "Nothing is written yet. What you answer in words, by voice or with a photo waits here for you."
ASKED = "Which words shall stand there instead?"

JOY = f"{CATALOGUE['evening-joy'].icon} {CATALOGUE['evening-joy'].title}"


async def write(friend: Friend, words: str, practice: str = "evening-joy") -> None:
    await begin(friend, practice)
    await friend.send(words)


async def give(friend: Friend, kind: str, seconds: int | None = None, caption: str = "") -> None:
    await begin(friend, "evening-joy")
    await friend.send_file(kind, f"{kind}-1", seconds, caption)


async def open_first(friend: Friend) -> Said:
    await friend.command("moments")
    await friend.tap("1")
    return friend.newest


def words_of(friend: Friend) -> list[str | None]:
    return [moment.words for moment in moments_of(friend)]


async def test_where_nothing_is_written_yet_the_way_to_a_moment_is_offered(anna: Friend) -> None:
    await anna.command("moments")
    assert (anna.newest.text, anna.newest.labels) == (EMPTY, ["A moment now"])
    await anna.tap("A moment now")
    assert anna.newest.text.startswith("A moment now:")


async def test_a_bare_tap_is_nothing_that_was_written(anna: Friend) -> None:
    await begin(anna, "evening-joy")
    await anna.tap("Did it")
    await anna.command("moments")
    assert anna.newest.text == EMPTY


async def test_entries_stand_under_their_days_newest_first(anna: Friend, house: House) -> None:
    await write(anna, "The  first\nfrost")
    await write(anna, "x" * 100)
    house.clock.forward(DAY)
    await give(anna, "voice", 65)
    await give(anna, "photo", caption="The sea")
    await anna.command("moments")
    assert anna.newest.text == (
        "What you wrote, newest first. A number opens one.\n\n"
        f"Thu 19 Nov\n1. {JOY}\n🖼 The sea\n2. {JOY}\n🎤 1:05\n\n"
        f"Wed 18 Nov\n3. {JOY}\n{'x' * 79}…\n4. {JOY}\nThe first frost"
    )
    assert anna.newest.labels == ["1", "2", "3", "4", "By practice"]


async def test_an_entry_belongs_to_the_day_that_it_was_asked_on(anna: Friend, house: House) -> None:
    house.clock.forward(13 * HOUR + 1800)  # 23:30
    await begin(anna, "evening-joy")
    house.clock.forward(HOUR)
    await anna.send("Snow at midnight")
    await anna.command("moments")
    assert "Wed 18 Nov" in anna.newest.text


async def test_an_old_entry_is_told_with_its_year(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    house.clock.forward(400 * DAY)
    await anna.command("moments")
    assert "18 November 2026\n1." in anna.newest.text


async def test_pages_turn_in_place(anna: Friend) -> None:
    for n in range(1, 15):
        await write(anna, f"joy {n}")
    await anna.command("moments")
    page = anna.newest
    assert page.labels == ["1", "2", "3", "4", "5", "6", "Earlier", "By practice"]
    assert "joy 14" in page.text
    assert "joy 8" not in page.text
    await anna.tap("Earlier")
    assert anna.newest is page
    assert page.labels == ["1", "2", "3", "4", "5", "6", "Later", "Earlier", "By practice"]
    await anna.tap("Earlier")
    assert page.labels == ["1", "2", "Later", "By practice"]
    assert page.text.endswith(f"1. {JOY}\njoy 2\n2. {JOY}\njoy 1")
    await anna.tap("2")
    assert anna.newest.text.endswith("joy 1")
    await anna.tap("Later")
    await anna.tap("Later")
    assert "joy 14" in page.text


async def test_turning_pages_goes_on_after_a_restart(anna: Friend, house: House) -> None:
    for n in range(1, 9):
        await write(anna, f"joy {n}")
    await anna.command("moments")
    await anna.tap("Earlier")
    anna.house = reopened(house)
    await anna.tap("Later")
    assert "joy 8" in anna.newest.text
    anna.house.store.close()


async def test_one_practice_is_chosen_and_all_come_back(anna: Friend) -> None:
    anna.house = besides(anna.house, "quiet-thanks", icon="🫖", title="Quiet thanks")
    await write(anna, "The first frost")
    await write(anna, "Tea", "quiet-thanks")
    await write(anna, "Rain")
    await anna.command("moments")
    page = anna.newest
    await anna.tap("By practice")
    assert anna.newest is page
    assert (page.text, page.labels) == (
        "Which practice shall I look through?",
        [f"{JOY} (2)", "🫖 Quiet thanks (1)", "All"],
    )
    await anna.tap("Evening joy (2)")
    assert page.text.startswith(f"{JOY}, newest first. A number opens one.\n\nWed 18 Nov\n1. ")
    assert "Tea" not in page.text
    assert page.labels == ["1", "2", "All", "By practice"]
    await anna.tap("All")
    assert "Tea" in page.text


async def test_pages_of_one_practice_keep_to_it(anna: Friend) -> None:
    anna.house = besides(anna.house, "quiet-thanks", title="Quiet thanks")
    for n in range(1, 8):
        await write(anna, f"joy {n}")
        await write(anna, f"thanks {n}", "quiet-thanks")
    await anna.command("moments")
    for label in ("By practice", "Evening joy (7)", "Earlier"):
        await anna.tap(label)
    assert anna.newest.text == f"{JOY}, newest first. A number opens one.\n\nWed 18 Nov\n1. joy 1"
    assert anna.newest.labels == ["1", "Later", "All", "By practice"]


async def test_a_practice_that_is_gone_keeps_its_entries(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    anna.house = without(house, "evening-joy")
    await anna.command("moments")
    assert "1. 🌱 An earlier practice\nThe first frost" in anna.newest.text
    await anna.tap("1")
    assert anna.newest.text == "🌱 An earlier practice · Wed 18 Nov\n\nThe first frost"


async def test_a_practice_of_ones_own_has_its_title(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")

    key = house.store.run_now(lambda tx: create(tx, person_of(tx, anna), Own("Feed the cat", "Feed her")))
    await begin(anna, key)
    entry = moments_of(anna)[-1]
    assert entry.practice == key

    def purr(tx: Tx) -> None:
        moment = moments.find(tx, entry.id, person_of(tx, anna))
        assert moment is not None
        moments.answer(tx, moment, "words", person_of(tx, anna), "She purred")

    house.store.run_now(purr)
    await anna.command("moments")
    assert "🌱 Feed the cat\nShe purred" in anna.newest.text
    house.store.run_now(lambda tx: remove(tx, person_of(tx, anna), key))
    await anna.command("moments")
    assert "🌱 An earlier practice\nShe purred" in anna.newest.text


# One entry


async def test_a_number_opens_one_whole_and_the_page_stays(anna: Friend) -> None:
    await write(anna, "The first frost,\n\nand " + "long " * 50)
    await anna.command("moments")
    page = anna.newest
    await anna.tap("1")
    assert anna.newest.text == f"{JOY} · Wed 18 Nov\n\nThe first frost,\n\nand " + ("long " * 50).strip()
    assert anna.newest.labels == ["Change", "Hide", "Delete"]
    assert page.labels == ["1", "By practice"]


async def test_a_note_and_a_photo_are_shown_again_with_their_words_below(anna: Friend) -> None:
    await give(anna, "photo", caption="The sea")
    said = await open_first(anna)
    assert (said.text, said.file) == (f"{JOY} · Wed 18 Nov · 🖼\n\nThe sea", File("memory", "photo", "photo-1"))
    await give(anna, "voice", 7200)
    said = await open_first(anna)
    assert (said.text, said.file) == (f"{JOY} · Wed 18 Nov · 🎤 120:00", File("memory", "voice", "voice-1", 7200))


async def test_more_words_than_fit_below_a_file_come_in_messages_of_their_own(anna: Friend) -> None:
    await give(anna, "photo", caption="🌊" * 500)
    before = len(anna.inbox)
    said = await open_first(anna)
    file, words = anna.inbox[before + 1 :]
    assert (file.text, file.file is None, file.labels) == (f"{JOY} · Wed 18 Nov · 🖼", False, [])
    assert (said is words, words.text, words.labels) == (True, "🌊" * 500, ["Change", "Hide", "Delete"])


async def test_what_is_longer_than_a_message_comes_whole_in_several(anna: Friend) -> None:
    await write(anna, "🌱" * 4000)
    before = len(anna.inbox)
    said = await open_first(anna)
    shown = anna.inbox[before + 1 :]
    assert "".join(one.text for one in shown).count("🌱") == 4000
    assert all(len(one.text.encode("utf-16-le")) <= 2 * IN_ONE_PIECE for one in shown)
    assert [one.labels for one in shown[:-1]] == [[]] * (len(shown) - 1)
    assert said.labels == ["Change", "Hide", "Delete"]


async def test_new_words_take_the_place_of_the_old_and_the_file_stays(anna: Friend) -> None:
    await give(anna, "photo", caption="The sae")
    said = await open_first(anna)
    await anna.tap("Change")
    assert (said.chosen, said.labels) == ("Change", [])
    assert (anna.newest.text, anna.newest.labels) == (ASKED, ["Leave it as it is"])
    await anna.send("The sea")
    assert (anna.newest.text, anna.newest.file is None) == (f"{JOY} · Wed 18 Nov · 🖼\n\nThe sea", False)
    assert anna.newest.labels == ["Change", "Hide", "Delete"]
    assert words_of(anna) == ["The sea"]
    assert position_of(anna) is None


async def test_changing_goes_on_after_a_restart_and_can_be_left(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    await open_first(anna)
    await anna.tap("Change")
    anna.house = reopened(house)
    await anna.send("Frost on the window")
    assert words_of(anna) == ["Frost on the window"]
    await anna.tap("Change")
    await anna.tap("Leave it as it is")
    assert anna.newest.text == "It stays as it was."
    await open_first(anna)
    await anna.tap("Change")
    await anna.command("cancel")
    assert (words_of(anna), position_of(anna)) == (["Frost on the window"], None)
    anna.house.store.close()


async def test_words_an_hour_later_are_not_the_new_ones(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    await open_first(anna)
    await anna.tap("Change")
    house.clock.forward(HOUR + 1)
    await anna.send("what is the weather like?")
    assert words_of(anna) == ["The first frost"]


async def test_what_was_kept_from_a_moment_changes_and_goes_with_it(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    moment = moments_of(anna)[0]

    def shelf() -> list[str]:
        return house.store.run_now(lambda tx: [one.text for one in kept.on_shelf(tx, person_of(tx, anna), "safe")])

    house.store.run_now(lambda tx: kept.keep(tx, person_of(tx, anna), "safe", "The first frost", None, moment.id))
    house.store.run_now(lambda tx: kept.keep(tx, person_of(tx, anna), "safe", "Another one", None, None))
    await open_first(anna)
    await anna.tap("Change")
    await anna.send("Frost")
    assert shelf() == ["Another one", "Frost"]
    await anna.tap("Delete")
    await anna.tap("Delete")
    assert shelf() == ["Another one"]


async def test_a_hidden_one_stays_here_and_can_be_shown_again(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    said = await open_first(anna)
    shown = await anna.tap("Hide")
    assert (shown.toast, said.labels) == ("It stays here, and out of the jar.", ["Change", "Show", "Delete"])
    assert said.text == f"{JOY} · Wed 18 Nov\n\nThe first frost"
    await anna.command("moments")
    assert f"1. {JOY} · hidden\nThe first frost" in anna.newest.text
    anna.inbox.remove(anna.newest)
    assert (await anna.tap("Show")).toast == "It may come back out of the jar."
    assert said.labels == ["Change", "Hide", "Delete"]
    assert house.store.run_now(lambda tx: journal.in_jar(tx, person_of(tx, anna))) == 1


async def test_deleting_asks_once_and_keep_leaves_everything(anna: Friend) -> None:
    await write(anna, "The first frost")
    said = await open_first(anna)
    await anna.tap("Delete")
    assert (said.text, said.labels) == (
        f"{JOY} · Wed 18 Nov\n\nThe first frost\n\nDelete it for good?",
        ["Delete", "Keep"],
    )
    await anna.tap("Keep")
    assert (said.text, said.labels) == (f"{JOY} · Wed 18 Nov\n\nThe first frost", ["Change", "Hide", "Delete"])
    assert words_of(anna) == ["The first frost"]


async def test_a_deleted_one_leaves_only_that_it_was_answered(anna: Friend, house: House) -> None:
    await write(anna, "The first frost")
    said = await open_first(anna)
    await anna.tap("Delete")
    gone = payload(said, "Delete")
    await anna.tap("Delete")
    assert (said.text, said.labels) == ("It’s gone for good.", [])
    moment = moments_of(anna)[0]
    assert (moment.answer, moment.words) == ("words", None)
    assert (await anna.tap_payload(gone, said.id)).toast == OLD
    await anna.command("moments")
    assert anna.newest.text == EMPTY


async def test_a_deleted_photo_is_taken_out_of_the_conversation(anna: Friend, house: House) -> None:
    await give(anna, "photo", caption="The sea")
    said = await open_first(anna)
    await anna.tap("Delete")
    await anna.tap("Delete")
    assert said not in anna.inbox
    assert anna.newest.text == "It’s gone for good."
    assert house.store.run_now(lambda tx: journal.count_of(tx, person_of(tx, anna))) == 0


async def test_a_page_after_the_last_is_the_last_and_a_number_of_what_is_gone_is_old(anna: Friend) -> None:
    for n in range(1, 8):
        await write(anna, f"joy {n}")
    await anna.command("moments")
    page = anna.newest
    first, earlier = payload(page, "1"), payload(page, "Earlier")
    await anna.tap("1")
    await anna.tap("Delete")
    await anna.tap("Delete")
    assert (await anna.tap_payload(first, page.id)).toast == OLD
    await anna.tap_payload(earlier, page.id)
    assert "joy 6" in page.text


async def test_words_for_one_that_was_deleted_meanwhile_change_nothing(anna: Friend) -> None:
    await write(anna, "The first frost")
    await anna.command("moments")
    page = anna.newest
    number = payload(page, "1")
    await anna.tap("1")
    await anna.tap("Change")
    await anna.tap_payload(number, page.id)
    await anna.tap("Delete")
    await anna.tap("Delete")
    await anna.send("Frost")
    assert anna.newest.text == "That one is no longer here. /moments shows the others."
    assert words_of(anna) == [None]


@pytest.mark.parametrize("choice", ["", "hide", "show", "change", "delete", "gone", "keep"])
async def test_nobody_opens_or_changes_what_somebody_else_wrote(anna: Friend, house: House, choice: str) -> None:
    await write(anna, "The first frost")
    row = parsed(await open_first(anna), "Hide").row
    ben = house.person("ben")
    await ben.command("moments")
    shown = await ben.tap_payload(f"1:entry:{row}:{choice}", None)
    assert (shown.toast, ben.said) == (OLD, [KEPT_LINE, ben.newest.text])
    assert words_of(anna) == ["The first frost"]


@pytest.mark.parametrize(
    "forged",
    [
        "1:entry:999999999999999999:",
        "1:entry:0:gone",
        "1:moments:0:no-such-thing",
        "1:moments:999999999999999999:own-1",
        "1:jar:0:more-x",
        "1:jar:0:smile",
        "1:let-go:0:",
    ],
)
async def test_a_forged_button_is_an_old_one(anna: Friend, forged: str) -> None:
    assert (await anna.tap_payload(forged, None)).toast == OLD
    assert anna.inbox == []
