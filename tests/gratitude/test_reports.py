"""What the host sees of reports, and what a suspension does."""

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.gratitude.reports import is_suspended, lift, reported, suspend
from bot.store import Store
from tests.flows.looking import person_of
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.talk import Friend, House
from tests.kit.thanks import SENTENCE, all_links, invite, meet, thank
from tests.privacy.test_delete import asks_and_taps

SECOND = "You carry the heavy end."


@pytest.fixture
def house(store: Store, clock: HandClock) -> House:
    """On both databases."""
    return House(store, clock)


@pytest.fixture
async def told(house: House, anna: Friend) -> int:
    """Two reports about Anna, one with its sentence; return her number."""
    for name, sentence, consent in (("bea", SENTENCE, "With the sentence"), ("carl", SECOND, "Without it")):
        friend = house.person(name)
        await meet(anna, friend, sentence)
        for label in ("…", "Report", consent):
            await friend.tap(label)
    return house.store.run_now(lambda tx: person_of(tx, anna).id)


async def test_a_sentence_is_shown_only_where_its_reporter_agreed(house: House, told: int) -> None:
    found = house.store.run_now(reported)
    assert [(one.about_id, one.sentence, one.suspended) for one in found] == [
        (told, None, True),
        (told, SENTENCE, True),
    ]


async def test_once_lifted_old_reports_no_longer_count(house: House, anna: Friend, told: int) -> None:
    assert house.store.run_now(lambda tx: lift(tx, told))
    assert not house.store.run_now(lambda tx: is_suspended(tx, told))
    await house.pass_time(1)
    dora = house.person("dora")
    await meet(anna, dora, "For Dora.")
    for label in ("…", "Report", "Without it"):
        await dora.tap(label)
    assert not house.store.run_now(lambda tx: is_suspended(tx, told))


async def reports_an_invitation(anna: Friend, friend: Friend) -> None:
    await friend.command("accept", await invite(anna, friend.name.title()))
    for label in ("…", "Report", "Report"):
        await friend.tap(label)


async def test_nobody_is_two_by_beginning_anew(house: House, anna: Friend) -> None:
    bea, carl = house.person("bea"), house.person("carl")
    await reports_an_invitation(anna, bea)
    await asks_and_taps(bea)
    await reports_an_invitation(anna, bea)
    number = house.store.run_now(lambda tx: person_of(tx, anna).id)
    assert not house.store.run_now(lambda tx: is_suspended(tx, number))
    await reports_an_invitation(anna, carl)
    assert house.store.run_now(lambda tx: is_suspended(tx, number))
    await asks_and_taps(carl)
    assert house.store.run_now(lambda tx: is_suspended(tx, number)), "and that stays when one of the two goes"


async def test_the_host_can_suspend_and_lift_anybody_who_is_there(house: House, anna: Friend) -> None:
    await anna.command("help")
    number = house.store.run_now(lambda tx: person_of(tx, anna).id)
    assert not house.store.run_now(lambda tx: lift(tx, number))
    assert house.store.run_now(lambda tx: suspend(tx, number))
    await anna.command("thanks")
    assert anna.newest.text == "Nothing can leave from here just now."
    assert not house.store.run_now(lambda tx: suspend(tx, number + 1000))


async def test_lifting_what_is_not_there_hurries_nothing(house: House, anna: Friend) -> None:
    bea = house.person("bea")
    await meet(anna, bea)
    for label in ("…", "Mute"):
        await bea.tap(label)
    await house.pass_time(86_400)
    await thank(anna, "Bea", SECOND)
    number = house.store.run_now(lambda tx: person_of(tx, anna).id)
    assert not house.store.run_now(lambda tx: lift(tx, number))
    assert [link.due_at for link in all_links(house)] == [None, None]


async def test_the_command_line_lists_suspends_and_lifts(
    house: House, told: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PEBBLE_DATABASE", house.store.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PEBBLE_SECRET_KEYS", KEY)
    assert main(["reports"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [f"person {told} (suspended)" in line for line in listed] == [True, True]
    assert [SENTENCE in line for line in listed] == [False, True]
    assert SECOND not in "\n".join(listed)
    assert main(["reports", "lift", str(told)]) == 0
    assert main(["reports", "lift", str(told)]) == 1
    assert main(["reports", "suspend", str(told)]) == 0
    assert main(["reports", "suspend", "9999"]) == 1
    assert main(["reports", "suspend"]) == 64
    assert "There is no person 9999." in capsys.readouterr().out
