"""How long a start takes until it is ready, and what an idle process weighs, by the chats that it serves.

    .venv/bin/python bench/start.py

Real processes on empty databases, against the tests' fakes on this machine; medians of three starts. Memory is the
resident set (VmRSS of /proc) some seconds after readiness. Prints one JSON line a figure.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fakes import BotApi, DiscordApi
from tests.processes.pebble import Pebble, telegram

STARTS = 3
IDLE = 4.0
"""Seconds after which a process has come to rest."""
MOST_SECONDS = 4.0
GOALS = {"telegram": 120, "discord": 200, "telegram, discord, page": 200}
"""Megabytes (10^6 bytes)."""


def resident(process: int) -> float:
    """Return the resident set of a process in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


def measured(settings: dict[str, object]) -> tuple[float, float]:
    """Start once and return the seconds until it was ready and the megabytes at rest."""
    with tempfile.TemporaryDirectory() as folder:
        pebble = Pebble(Path(folder), **settings)
        try:
            seconds = pebble.start()
            time.sleep(IDLE)
            assert pebble.process is not None
            return seconds, resident(pebble.process.pid)
        finally:
            pebble.end()


def main() -> None:
    """Measure each set of chats in turn."""
    with BotApi(conflict_pause=0.2) as api, DiscordApi() as discord:
        on_telegram = telegram(api)
        on_discord: dict[str, object] = {"DISCORD_TOKEN": discord.token, "DISCORD_API": f"{discord.url}/api/v10"}
        sets: dict[str, dict[str, object]] = {
            "telegram": on_telegram,
            "discord": on_discord,
            "telegram, discord, page": {**on_telegram, **on_discord, "WEB_CHAT": "true"},
        }
        for name, settings in sets.items():
            runs = [measured(settings) for _ in range(STARTS)]
            ready, weight = (statistics.median(figures) for figures in zip(*runs, strict=True))
            _told(f"start to ready: {name}", ready, "s", MOST_SECONDS)
            _told(f"idle memory: {name}", weight, "MB", GOALS[name])


def _told(name: str, value: float, unit: str, goal: float) -> None:
    line = {"name": name, "value": round(value, 2), "unit": unit, "goal": f"<= {goal}", "ok": value <= goal}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
