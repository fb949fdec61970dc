"""Thanks between people survive: a kill at every step, on both databases, and two who tap at once."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.gratitude.pass_on import next_due
from bot.outbox.states import State
from bot.store import Keyring, Store
from bot.store.tables import links, outbox
from tests.flows.looking import reopened
from tests.kit.clock import HandClock
from tests.kit.databases import KEY
from tests.kit.talk import House
from tests.kit.thanks import CODE, SENTENCE, TOKEN, all_links, code_of, invite, letters, meet, thank
from tests.walks.conversations import event

DAY = 86_400
SCRIPT = (
    ("anna", "/thanks"),
    ("anna", "Bea"),
    ("anna", SENTENCE),
    ("anna", "Anna"),
    ("anna", "[Send]"),
    ("bea", "/accept anna"),
    ("bea", "[Accept]"),
    ("bea", "[You made my day]"),
    ("bea", "[Pass it on]"),
    ("bea", "[Somebody new]"),
    ("bea", "Carl"),
    ("bea", "You carry the heavy end."),
    ("bea", "Beatrice"),
    ("bea", "[Send]"),
    ("carl", "/accept bea"),
    ("carl", "[Accept]"),
    ("carl", "/thanks"),
    ("carl", "[Bea]"),
    ("carl", "Thank you back."),
    ("carl", "Carl"),
    ("carl", "[Send]"),
    ("bea", "[…]"),
    ("bea", "[Block]"),
    ("carl", "/ripple"),
    ("anna", "/ripple"),
    ("anna", "/link"),
    ("carl", "/link anna"),
    ("carl", "[Join]"),
    ("carl", "/unlink"),
    ("carl", "[Memory]"),
)
"""Who does what; `anna` behind a command is the newest code that she was given."""


async def play(house: House, *, dies: bool) -> list[list[tuple[str, list[str], str]]]:
    """Play the script; where it dies, the process ends after each event was taken in, before any answer left."""
    later = [house]
    for name, action in SCRIPT:
        friend = later[-1].person(name)
        command, _, whose = action.partition(" ")
        if command in ("/accept", "/link") and whose:
            given = later[-1].person(whose)
            action = f"{command} {code_of(given) if command == '/accept' else _shown(given.newest.text)}"
        said = event(friend, action)
        if dies:
            await later[-1].door.receive(said)
            later.append(reopened(later[-1]))
        await later[-1].receive(said)
    found = [
        [(_plain(said.text), said.labels, said.chosen) for said in later[-1].person(name).inbox]
        for name in ("anna", "bea", "carl")
    ]
    for one in later[1:]:
        one.store.close()
    return found


def _shown(text: str) -> str:
    return re.search(r"/link (\S+)", text)[1]  # type: ignore[index]


def _plain(text: str) -> str:
    """Return a text without what chance has drawn."""
    return re.sub(r"/link \S+-\S+", "/link …", TOKEN.sub("…", CODE.sub("…", text)))


async def test_a_kill_at_every_step_changes_nothing(tmp_path: Path, template_file: Path) -> None:
    played = []
    for dies in (False, True):
        path = tmp_path / f"{dies}.db"
        shutil.copy(template_file, path)
        clock = HandClock()
        store = Store(f"sqlite:///{path}", clock, Keyring([KEY]))
        played.append(await play(House(store, clock), dies=dies))
        store.close()
    assert played[0] == played[1]


async def test_the_exchange_works_on_both_databases(store: Store, clock: HandClock) -> None:
    said = await play(House(store, clock), dies=False)
    assert any("“You carry the heavy end.”" in text for text, _, _ in said[2])
    rows = store.run_now(lambda tx: tx.connection.execute(select(links).order_by(links.c.id)).all())
    # Carl turned out to be Anna: who is one person has one number in a chain.
    assert [(row.depth, row.receiver_number) for row in rows] == [(1, 2), (2, 1), (1, 2)]


async def test_twenty_taps_at_once_bring_it_once(store: Store, clock: HandClock) -> None:
    house = House(store, clock)
    anna, bea = house.person("anna"), house.person("bea")
    code = await invite(anna, "Bea")
    await bea.command("accept", code)
    taps = [event(bea, "[Accept]") for _ in range(20)]
    await asyncio.gather(*(house.receive(tap) for tap in taps))
    assert letters(bea) == [SENTENCE]


async def test_a_sentence_that_waits_for_the_morning_survives_a_kill(house: House) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await house.pass_time(DAY + 13 * 3600)  # 23:00
    await thank(anna, "Bea", "Good night.")
    assert house.store.run_now(next_due) is not None
    later = reopened(house)
    await later.pass_time(DAY)
    assert letters(later.person("bea")) == [SENTENCE, "Good night."]
    rows = later.store.run_now(
        lambda tx: tx.connection.execute(select(outbox).where(outbox.c.key.startswith("thanks:"))).all()
    )
    assert [row.state for row in rows] == [State.SENT, State.SENT]
    later.store.close()


@pytest.mark.parametrize("ticks", [2, 3])
async def test_however_often_it_is_looked_at_a_sentence_comes_once(house: House, ticks: int) -> None:
    anna, bea = house.person("anna"), house.person("bea")
    await meet(anna, bea)
    await house.pass_time(DAY + 13 * 3600)
    await thank(anna, "Bea", "Good night.")
    house.clock.forward(10 * 3600)
    for _ in range(ticks):
        await house.rota.tick()
        await house.pump.settle()
    assert letters(bea) == [SENTENCE, "Good night."]
    assert len(all_links(house)) == 2
