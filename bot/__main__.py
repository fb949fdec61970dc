"""The command line: run, demo, check, status, backup, move, keys, reports and so on; see `pebble --help`."""

import argparse
import asyncio
import gc
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bot import __version__
from bot.errors import AlreadyRunning, Misconfigured, PebbleError
from bot.logs import place_of, set_up_logs
from bot.settings import ROLES, Settings, WrongSetting, read_settings

# sysexits.h: what a process says by its exit code.
EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG = 64, 69, 70, 75, 78

DEMO_DATABASE = "sqlite:///data/demo.db"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (WrongSetting, Misconfigured) as error:
        return _complain(str(error), EX_CONFIG)
    except AlreadyRunning as error:
        return _complain(str(error), EX_TEMPFAIL)
    except PebbleError as error:
        return _complain(str(error), EX_UNAVAILABLE)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has had enough of it
        return 0
    except Exception as error:  # Python's own traceback could quote what people said
        return _complain(f"stopped by a fault of its own: {place_of(error)}", EX_SOFTWARE)


def _complain(line: str, code: int) -> int:
    print(f"pebble: {line}", file=sys.stderr)
    return code


def _run(chosen: argparse.Namespace) -> int:
    settings = _settings()
    speaks = {"door", "pump"} & set(chosen.only)  # the clockwork alone needs no token
    if speaks and settings.telegram_token is None and settings.discord_token is None and not settings.web_chat:
        raise WrongSetting(
            "PEBBLE_TELEGRAM_TOKEN: missing, and so is PEBBLE_DISCORD_TOKEN. @BotFather on Telegram or Discord's "
            "developer portal gives one; `pebble demo` needs none."
        )
    _serve(settings, demo=False, roles=chosen.only)
    return 0


def _demo(_chosen: argparse.Namespace) -> int:
    # The demo keeps to itself: its own file, this machine only, no token.
    tokens = {"telegram_token": None, "discord_token": None}
    settings = _settings(database=DEMO_DATABASE, web_host="127.0.0.1", web_chat=True, **tokens)
    _serve(settings, demo=True)
    return 0


def _serve(settings: Settings, *, demo: bool, roles: Sequence[str] = ROLES) -> None:
    from bot.app import App

    app = App(settings, demo=demo, roles=roles)

    def say_where(address: str) -> None:
        if demo:
            if settings.web_port and not address.endswith(f":{settings.web_port}"):
                print(f"Port {settings.web_port} is busy, so Pebble took the next free one.", flush=True)
            print(f"Pebble is here: {address}   (Ctrl+C stops it; data lies in data/)", flush=True)

    spare_the_collector()
    asyncio.run(app.run(say_where))


def spare_the_collector() -> None:
    """Let Python look more seldom, and at less, for garbage that refers to itself, once all is imported."""
    # What was imported stays. To look through all of it takes a tenth of a second, in which nobody is answered and
    # slots of the pace are missed.
    gc.freeze()
    # A batch of a sweep is ten thousand objects that all go by themselves: Python 3.11 would look fourteen times.
    gc.set_threshold(10_000, 20, 20)


def _migrate(_chosen: argparse.Namespace) -> int:
    from bot.app import open_database
    from bot.clock import SystemClock
    from bot.store.migrate import newest, upgrade

    store, _lock = open_database(_settings(), SystemClock())
    upgrade(store)
    store.close()
    print(f"The database is at {newest()}.")
    return 0


def _check(_chosen: argparse.Namespace) -> int:
    from bot.upkeep import run_checks

    return run_checks(_settings(), print)


def _status(chosen: argparse.Namespace) -> int:
    from bot.status import show_status

    return show_status(_settings(), print, as_json=chosen.json)


def _invite(_chosen: argparse.Namespace) -> int:
    from bot.upkeep import show_invitations

    return show_invitations(_settings(), print)


def _backup(chosen: argparse.Namespace) -> int:
    from bot.upkeep import back_up

    back_up(_settings(), chosen.file, print)
    return 0


def _restored(_chosen: argparse.Namespace) -> int:
    from bot.upkeep import mark_restored

    mark_restored(_settings(), print)
    return 0


def _move(chosen: argparse.Namespace) -> int:
    from bot.moving import move

    move(_settings(), chosen.to, print)
    return 0


def _keys(chosen: argparse.Namespace) -> int:
    from bot.upkeep import copy_keys, rotate_keys

    if chosen.verb == "copy":
        copy_keys(_settings(), chosen.file, print)
        return 0
    return 0 if rotate_keys(_settings(), print, forget_old=chosen.forget_old) else EX_CONFIG


def _reports(chosen: argparse.Namespace) -> int:
    from bot.upkeep import list_reports, suspend_person

    if chosen.action == "list":
        return list_reports(_settings(), print)
    if chosen.person is None:
        return _complain(
            f"reports {chosen.action} wants the number of a person, as `pebble reports` shows it", EX_USAGE
        )
    return suspend_person(_settings(), chosen.person, print, lifts=chosen.action == "lift")


def _catalogue(chosen: argparse.Namespace) -> int:
    from bot.catalogue import load_catalogue
    from bot.catalogue.listing import as_data, as_lines, as_page

    catalogue = load_catalogue(_settings().pack_folders)
    if chosen.json:
        print(json.dumps(as_data(catalogue), ensure_ascii=False))
    else:
        print(as_page(catalogue) if chosen.markdown else as_lines(catalogue), end="" if chosen.markdown else "\n")
    return 0


def _when(chosen: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.schedules.when import understood_json
    from bot.schedules.zones import instant, known_zone

    zone = known_zone(chosen.zone)
    if zone is None:
        return _complain(f"{chosen.zone!r} is no zone that I know; try Europe/Berlin", EX_USAGE)
    now = SystemClock().now()
    if chosen.now:
        try:
            said = datetime.fromisoformat(chosen.now)
            aware = said.tzinfo is not None
            now = int(said.timestamp()) if aware else instant(zone, said.date(), said.hour * 60 + said.minute)
        except (ValueError, OverflowError):
            return _complain(f"{chosen.now!r} is no time like 2026-11-18T10:00", EX_USAGE)
    answer = understood_json(chosen.phrase, chosen.lang, zone, now)
    print(json.dumps(answer, ensure_ascii=False) if chosen.json else _as_lines(answer))
    return 0


def _as_lines(answer: dict[str, object]) -> str:
    """Return what was understood for human eyes: the words, then one time a line."""
    following = answer["next"]
    assert isinstance(following, list)
    times = [" – ".join(time.values()) if isinstance(time, dict) else time for time in following]
    return "\n".join([str(answer["text"]), *(f"  {time.replace('T', ' ')}" for time in times)])


def _settings(**changed: object) -> Settings:
    settings = read_settings(**changed)
    set_up_logs(settings.log_level, settings.log_format)
    return settings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pebble", description="A chat companion for micro-moments. Settings: see .env.example."
    )
    parser.add_argument("--version", action="version", version=f"pebble {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    table: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
        "run": (_run, "serve people on Telegram, on Discord and on the local page, whichever is set up"),
        "demo": (_demo, "try Pebble in a browser: no token, nothing leaves this machine"),
        "migrate": (_migrate, "bring the database up to date (run does it by itself)"),
        "check": (_check, "say whether settings, database, tokens, clock, tz data and pictures are fine"),
        "status": (_status, "say how Pebble is: people, what is due, what waits, and what to do about a peak"),
        "invite": (_invite, "print the links under which people find the bot on each platform"),
        "backup": (_backup, "copy the embedded database into a file while Pebble runs"),
        "restored": (_restored, "say that this database is a copy that was put back, so that nothing is sent twice"),
        "move": (_move, "copy everything from SQLite into an empty PostgreSQL, or back, and compare"),
        "keys": (_keys, "change the keys of this host, or copy the persons' keys"),
        "catalogue": (_catalogue, "list the practices by theme, and check every pack"),
        "reports": (_reports, "list what people reported, suspend who it is about, or lift that"),
        "when": (_when, 'tell what is understood by words such as "weekdays at 8:30"'),
    }
    for name, (run, meaning) in table.items():
        command = commands.add_parser(name, help=meaning, description=meaning)
        command.set_defaults(run=run)
        if name == "run":
            command.add_argument("--only", type=_roles, default=ROLES, metavar="ROLES", help=_ROLES_HELP)
        if name == "backup":
            command.add_argument("file", type=Path, help="the copy to write; it must not exist yet")
        if name == "status":
            command.add_argument("--json", action="store_true", help="print one line of JSON")
        if name == "move":
            command.add_argument("--to", required=True, metavar="URL", help="the address of an empty database")
        if name == "keys":
            _add_verbs_of_keys(command)
        if name == "catalogue":
            form = command.add_mutually_exclusive_group()
            form.add_argument("--json", action="store_true", help="print one line of JSON")
            form.add_argument("--markdown", action="store_true", help="print the page docs/practices.md")
        if name == "reports":
            actions = ("list", "suspend", "lift")
            command.add_argument("action", nargs="?", choices=actions, default="list", help="(default: list)")
            command.add_argument("person", nargs="?", type=int, help="whom to suspend or lift: a number of the list")
        if name == "when":
            command.add_argument("phrase", help="the words, in quotes")
            command.add_argument("--lang", default="en", help="the language to try first (default: en)")
            command.add_argument("--zone", default="Etc/UTC", help="an IANA zone (default: Etc/UTC)")
            command.add_argument("--now", help="a local time such as 2026-11-18T10:00 (default: now)")
            command.add_argument("--json", action="store_true", help="print one line of JSON")
    return parser


_ROLES_HELP = "what this process does, of several on one PostgreSQL: door,rota,pump or some of them (default: all)"


def _roles(given: str) -> tuple[str, ...]:
    """Return the roles in a list with commas."""
    chosen = tuple(part.strip() for part in given.split(","))
    if not set(chosen) <= set(ROLES):
        raise argparse.ArgumentTypeError(f"{given!r} is none of {', '.join(ROLES)}, nor a list of them with commas")
    return chosen


def _add_verbs_of_keys(command: argparse.ArgumentParser) -> None:
    verbs = command.add_subparsers(required=True, metavar="VERB", dest="verb")
    rotate = verbs.add_parser("rotate", help="make a new host key and seal all persons' keys with it")
    rotate.add_argument(
        "--forget-old",
        action="store_true",
        help="make no new key; drop the older ones once nothing is sealed with them",
    )
    copy = verbs.add_parser("copy", help="copy the persons' keys into a file, in place of an earlier copy")
    copy.add_argument("file", type=Path, help="the copy; keep only the newest")


if __name__ == "__main__":
    sys.exit(main())
