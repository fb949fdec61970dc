"""Ten minutes of ordinary use with a kill a minute: nudges, taps and thanks, two processes on one PostgreSQL.

    .venv/bin/python bench/soak.py [--minutes 10] [--people 60]

Real processes talk to the tests' strict Bot API. One of the two is killed with -9 every minute and started again; the
other one lives through all of it, and its memory is what has to stay flat. In the end every nudge, tap and sentence is
counted. Prints a line of JSON a figure.
"""

import argparse
import logging
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select

from bench.town import line
from bot.people.queries import meet, set_name, set_zone
from bot.speech import Address
from bot.store import Tx
from bot.store.tables import links, moments
from tests.fakes import BotApi, Person
from tests.faults.ground import crowd, ground, rows_in
from tests.kit.databases import in_memory, migrated_file, postgres
from tests.processes.pebble import Pebble, tap
from tests.processes.schedule import nudge_due
from tests.processes.test_thanks import code_of, noon, write

KILL_EVERY, LOOK_EVERY = 60.0, 5.0
"""Seconds."""
WARM = 90.0
"""Seconds after which memory counts: until then caches fill."""
ANSWER = re.compile(r"1:did:(\d+):")
PATIENCE = 60.0
"""Seconds that a person waits for what is said, kills and restarts included."""


@dataclass
class Town:
    """People who are nudged, tap, and thank each other; what they did is what has to be found in the end."""

    api: BotApi
    people: list[Person]
    nudged: int = 0
    tapped: set[int] = field(default_factory=set)
    thanked: int = 0

    def nudge(self, tx: Tx, person: Person) -> None:
        """Let one more nudge of this person be due."""
        nudge_due(tx, person.id, int(time.time()))

    def tap_all(self) -> None:
        """Let everybody tap "Did it" on what has come since."""
        for person in self.people:
            for message in person.inbox:
                for button in (button for row in message.buttons for button in row):
                    found = ANSWER.fullmatch(button.data or "")
                    if found and int(found[1]) not in self.tapped:
                        person.tap(button.label, message)
                        self.tapped.add(int(found[1]))

    def thank(self, sender: Person, receiver: Person) -> None:
        """Carry a sentence from one to the other, with a heart back."""
        write(sender, receiver.user.first_name, f"I like how you wait, {receiver.user.first_name}.")
        tap(sender, "Send", PATIENCE)
        sender.wait_for("it opens once", PATIENCE)
        receiver.command("accept", code_of(sender))
        tap(receiver, "Accept", PATIENCE)
        tap(receiver, "❤️", PATIENCE)
        sender.wait_for("for your thanks: ❤️", PATIENCE)
        self.thanked += 1

    def copies(self) -> Counter[int]:
        """Return how many messages each moment has become."""
        asked = (call.params.get("reply_markup", "") for call in self.api.calls_of("sendMessage") if call.ok)
        return Counter(int(found[1]) for markup in asked if (found := ANSWER.search(markup)))


def resident(pebble: Pebble) -> float:
    """Return a process's resident set in megabytes (10^6 bytes)."""
    assert pebble.process is not None
    pages = int(Path(f"/proc/{pebble.process.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def every(seconds: float, last: float) -> bool:
    """Return whether it is time again."""
    return time.monotonic() >= last + seconds


def live(town: Town, lives: Pebble, dies: Pebble, minutes: float) -> tuple[list[float], int, int]:
    """Let them live; return the memory of the one that lives, the kills, and what was on its way at those."""
    began = looked = killed = time.monotonic()
    memory: list[float] = []
    kills = in_flight = turn = 0
    while time.monotonic() < began + minutes * 60:
        with lives.store() as store:
            for _ in range(4):
                turn += 1
                town.nudged += 1
                store.run_now(lambda tx, n=turn: town.nudge(tx, town.people[n % len(town.people)]))  # type: ignore[misc]
        town.tap_all()
        if every(LOOK_EVERY, looked):
            looked = time.monotonic()
            if looked > began + WARM:
                memory.append(resident(lives))
        if every(KILL_EVERY, killed):
            killed = time.monotonic()
            dies.kill()
            kills, in_flight = kills + 1, in_flight + rows_in(lives, "sending")
            dies.start()
        time.sleep(1)
    return memory, kills, in_flight


def in_background(work: Callable[[], None]) -> tuple[threading.Thread, list[BaseException]]:
    """Start work beside; what went wrong in it is in the list."""
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            wrong.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, wrong


def known(town: Town, tx: Tx) -> None:
    """Let all of them be signed up, awake, and signed."""
    for person in town.people:
        here = meet(tx, Address("telegram", str(person.id)), "en", None)
        set_zone(tx, here.id, noon())
        set_name(tx, here, person.user.first_name)


def soak(folder: Path, minutes: float, people: int) -> bool:
    """Live through it and count."""
    with postgres() as server, ground(folder, migrated_file(folder), server) as place:
        api, url = place.api(), place.fresh()
        town = Town(api, crowd(api, people))
        for number, person in enumerate(town.people):
            person.user.first_name = f"Ann{chr(97 + number // 26)}{chr(97 + number % 26)}"
        with place.pebble(api, url).store() as store:
            store.run_now(lambda tx: known(town, tx))
        lives, dies = place.pebbles(api, url, TELEGRAM_PER_SECOND=100)
        until = time.monotonic() + minutes * 60

        def thank_each_other() -> None:
            for sender, receiver in zip(town.people[::2], town.people[1::2], strict=True):
                if time.monotonic() > until:
                    return
                town.thank(sender, receiver)

        thanking, wrong = in_background(thank_each_other)
        memory, kills, in_flight = live(town, lives, dies, minutes)
        thanking.join()
        lives.at_rest(120)
        town.tap_all()
        lives.at_rest(120)
        with lives.store() as store:
            answered = store.run_now(
                lambda tx: set(tx.connection.scalars(select(moments.c.id).where(moments.c.answer == "did")))
            )
            brought = store.run_now(
                lambda tx: len(tx.connection.execute(select(links.c.id).where(links.c.brought_at.is_not(None))).all())
            )
        copies = town.copies()
        middle = statistics.median(memory) if memory else 0.0
        sway = max((abs(each - middle) for each in memory), default=0.0) / middle if middle else 1.0
        more: dict[str, Any] = {"minutes": minutes, "kills": kills}
        return all(
            [
                line("soak.nudges_lost", town.nudged - len(copies), "", 0, nudges=town.nudged, **more),
                line("soak.nudges_twice", sum(times > 1 for times in copies.values()), "", in_flight, **more),
                line("soak.most_copies", max(copies.values(), default=0), "", 2),
                line("soak.taps_lost", len(town.tapped - answered), "", 0, taps=len(town.tapped)),
                line("soak.sentences_lost", town.thanked - brought, "", 0, sentences=town.thanked, broken=len(wrong)),
                line("soak.memory_sway", sway * 100, "%", 10, megabytes=round(middle, 1), looks=len(memory)),
                not wrong,
            ]
        )


def main() -> int:
    """Soak for as long as asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--people", type=int, default=60)
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="pebble-soak-", dir=in_memory()) as folder:
        return 0 if soak(Path(folder), chosen.minutes, chosen.people) else 1


if __name__ == "__main__":
    sys.exit(main())
