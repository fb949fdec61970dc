"""The real process on Discord: killed among conversations, beside Telegram, and checked as a host checks it."""

import json
from collections.abc import Iterator

import pytest

from tests.fakes import BotApi, DiscordApi, DiscordPerson
from tests.processes.conftest import Start
from tests.processes.pebble import telegram, until

STEPS = (
    ("Pick one", "One slow breath"),
    ("ride along", "☕ Coffee"),
    ("About what time", "8:30"),
    ("where you are", "Yes"),
    ("Set:", "Try one now"),
    ("how are you", "🙁"),
    ("Thank you", "Did it"),
    ("And now", "🙂"),
)


@pytest.fixture
def discord() -> Iterator[DiscordApi]:
    """A Discord that outlives the process."""
    with DiscordApi() as running:
        yield running


def on(discord: DiscordApi, **more: object) -> dict[str, object]:
    """Return the settings of a Pebble that talks to the fake of Discord."""
    return {"DISCORD_TOKEN": discord.token, "DISCORD_API": f"{discord.url}/api/v10"} | more


def click(person: DiscordPerson, label: str) -> None:
    """Click the newest button that reads like this, as soon as there is one."""
    found = person.wait_for(lambda said: any(label == shown for row in said.buttons for shown, _ in row), 10)
    person.click(label, found)


def test_a_conversation_goes_on_where_it_was_after_a_kill_at_every_step(new_pebble: Start, discord: DiscordApi) -> None:
    pebble, ann = new_pebble(**on(discord)), discord.person(11, zone="Europe/Berlin")
    pebble.start()
    until(lambda: discord.commands, 10, "telling the menu")
    ann.slash("start")
    for question, label in STEPS:
        ann.wait_for(question, 10)
        pebble.at_rest()
        pebble.kill()
        pebble.start()
        click(ann, label)
    ann.wait_for("A little lighter.", 10)
    pebble.at_rest()
    said = [message.text for message in ann.inbox]
    assert len(said) == len(set(said)), "nothing was said twice"
    assert ann.failed == []


def test_what_was_written_while_pebble_was_dead_is_answered_when_it_is_back(
    new_pebble: Start, discord: DiscordApi
) -> None:
    pebble, ann = new_pebble(**on(discord)), discord.person(11)
    pebble.start()
    ann.write("hello")
    first = ann.wait_for("What would help right now?", 10)
    pebble.at_rest()
    pebble.kill()
    ann.write("/help")
    ann.write("/plan")
    pebble.start()
    ann.wait_for("I nudge you", 10, after=first)
    ann.wait_for("Nothing is set yet", 10, after=first)
    pebble.restart()
    pebble.at_rest()
    answers = [message.text.split("\n")[0] for message in ann.inbox]
    assert len(answers) == 4, answers
    assert answers[2].startswith("I nudge you")


def test_a_refused_token_makes_readiness_red_and_the_others_go_on(
    new_pebble: Start, discord: DiscordApi, api: BotApi
) -> None:
    pebble = new_pebble(**on(discord) | {"DISCORD_TOKEN": "MTA0.GhIjKl.not-this-one"}, **telegram(api)).live()
    until(lambda: "PEBBLE_DISCORD_TOKEN" in pebble.readiness().get("discord", ""), 10, pebble.readiness)
    bob = api.person(12)
    bob.command("help")
    bob.wait_for("I nudge you")


def test_the_first_token_that_is_asked_for_may_be_that_of_discord(new_pebble: Start) -> None:
    done = new_pebble().run("run")
    assert done.returncode == 78
    assert "PEBBLE_DISCORD_TOKEN" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_check_says_what_is_missing_in_the_developer_portal(new_pebble: Start, discord: DiscordApi) -> None:
    pebble = new_pebble(**on(discord))
    pebble.run("migrate")
    well = pebble.run("check")
    assert well.returncode == 0, well.stdout
    assert "ok    discord: Pebble" in well.stdout
    discord.world.application |= {
        "interactions_endpoint_url": "https://pebble.example",
        "integration_types_config": {"0": {}},
    }
    ill = pebble.run("check")
    assert ill.returncode == 1
    assert "empty the Interactions Endpoint URL" in ill.stdout
    assert "tick User Install" in ill.stdout
    assert "Guild Install" not in ill.stdout
    link = {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}}
    discord.world.application |= {
        "interactions_endpoint_url": None,
        "integration_types_config": {"0": link, "1": link},
        "bot_public": False,
    }
    assert "Guild Install lacks the scope bot" in pebble.run("check").stdout
    discord.world.application |= {"integration_types_config": {"0": {}, "1": link}}
    private = pebble.run("check")
    assert private.returncode == 0, "a family's bot may be private"
    assert "no privileged intent needed; not public: only you can add it" in private.stdout
    pebble.settings["DISCORD_TOKEN"] = "MTA0.GhIjKl.not-this-one"
    refused = pebble.run("check")
    assert "PEBBLE_DISCORD_TOKEN: Discord does not accept it" in refused.stdout
    assert "Traceback" not in refused.stderr


def test_no_word_and_no_token_reaches_the_log(new_pebble: Start, discord: DiscordApi) -> None:
    pebble = new_pebble(**on(discord, LOG_LEVEL="debug", LOG_FORMAT="json"))
    pebble.start()
    ann = discord.person(11, name="Canary Quill")
    ann.write("canary-4b1d is what I wrote")
    ann.wait_for("What would help right now?", 10)
    ann.click("Help")
    ann.wait_for("I nudge you", 10)
    pebble.terminate()
    assert all(json.loads(line) for line in pebble.logged.splitlines())
    for secret in ("canary-4b1d", "Canary Quill", discord.token.split(".")[2]):
        assert secret not in pebble.output
