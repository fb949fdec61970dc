"""/export: everything of mine, as JSON and as a table, and nothing of anybody else."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.flows.my_data import PARTS
from bot.privacy.export import COLUMNS, as_csv, as_json, collect, quoted
from bot.schedules.rules import to_dict
from bot.speech import Kind
from bot.store import Tx
from tests.flows.looking import nudges_of, person_of
from tests.kit.talk import Friend, House

FORMULA = '=HYPERLINK("http://example.org","click")'


async def lived(friend: Friend, words: str) -> None:
    """Let somebody leave something in every corner."""
    await friend.sign_up(cue="Coffee")
    await friend.begin("Evening joy")
    await friend.send(words)
    await friend.begin("One slow breath")
    await friend.tap("Calmer")
    await friend.tap("🙂")
    await friend.command("helper")
    await friend.send(f"{words}, to be called")
    await friend.command("own")
    for line in (f"{words[:8]} own", f"{words} prompt", "Warm, Same"):
        await friend.send(line)
    await friend.tap("Save")
    await friend.command("repair")  # in the middle of a flow
    await friend.send(f"{words} impact")


async def exported(friend: Friend) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Ask for the files; return what the JSON holds, and the rows of the table."""
    await friend.command("export")
    whole, table = (said.attachment for said in friend.inbox[-2:])
    assert whole is not None
    assert table is not None
    assert (whole.name, whole.mime, table.name, table.mime) == (
        "pebble.json",
        "application/json",
        "moments.csv",
        "text/csv",
    )
    text = table.text.removeprefix("\ufeff")
    assert len(text) == len(table.text) - 1
    return json.loads(whole.text), list(csv.DictReader(io.StringIO(text, newline="")))


async def test_everything_of_mine_is_in_it_and_nothing_of_anybody_else(house: House) -> None:
    anna, ben = house.person("anna"), house.person("ben")
    await lived(anna, "annas sunlight")
    await lived(ben, "bens thunder")
    data, rows = await exported(anna)
    text = json.dumps(data, ensure_ascii=False)
    assert (data["zone"], data["language"]) == ("Europe/Berlin", "en")
    assert data["made_at"] == "2026-11-18T10:00:00+01:00"
    assert data["person"]["zone"] == "Europe/Berlin"
    assert [(place["platform"], place["chat"]) for place in data["addresses"]] == [("memory", "anna")]
    (nudge,) = data["nudges"]
    assert (nudge["title"], nudge["in_words"]) == ("One slow breath", "on weekdays at 8:30")
    assert nudge["rule"] == to_dict(nudges_of(anna)[0].rule)
    assert [moment["words"] for moment in data["moments"]] == ["annas sunlight", None]
    assert (data["moments"][1]["answer"], data["moments"][1]["after"]) == ("calmer", 4)
    assert data["kept"][0]["body"]["text"] == "annas sunlight, to be called"
    assert data["own_practices"][0]["body"]["prompt"] == "annas sunlight prompt"
    assert data["position"]["flow"] == "repair"
    assert "annas sunlight impact" in str(data["position"]["data"])
    assert any("One slow breath" in str(message["body"]) for message in data["messages"])
    for theirs in ("thunder", "bens", '"ben"'):
        assert theirs not in text
    assert "key_id" not in text
    assert [row["practice"] for row in rows] == ["Evening joy", "One slow breath"]
    assert rows[0] == {
        "date": "2026-11-18",
        "time": "10:00",
        "zone": "Europe/Berlin",
        "practice": "Evening joy",
        "answer": "words",
        "before": "",
        "after": "",
        "words": "annas sunlight",
        "answered_at": "2026-11-18T10:00:00+01:00",
    }


async def test_a_second_export_does_not_carry_the_first(anna: Friend) -> None:
    await lived(anna, "annas sunlight")
    first, _ = await exported(anna)
    second, _ = await exported(anna)
    files = [message["body"]["attachment"] for message in second["messages"] if "attachment" in message["body"]]
    assert files == [["pebble.json", "application/json"], ["moments.csv", "text/csv"]]
    assert len(json.dumps(second)) < 1.2 * len(json.dumps(first))


async def test_voice_and_photos_are_named_and_not_fetched(anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("Evening joy")
    await anna.send_file("voice", "note-7", 12)
    data, rows = await exported(anna)
    assert data["moments"][0]["file"] == ["memory", "voice", "note-7", 12]
    assert rows[0]["words"] == "voice memory:note-7"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", FORMULA])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert quoted(cell) == "'" + cell
    assert quoted(f" {cell}".replace("\t", "t").replace("\r", "r")).startswith(" ")


async def test_a_formula_that_somebody_wrote_is_words_in_the_table_and_as_it_was_in_the_json(anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("Evening joy")
    await anna.send(f"{FORMULA}\nand, a second line")
    data, rows = await exported(anna)
    assert rows[0]["words"] == f"'{FORMULA}\nand, a second line"
    assert data["moments"][0]["words"] == f"{FORMULA}\nand, a second line"
    assert data["kept"] == []


async def test_somebody_who_did_nothing_gets_files_too(anna: Friend) -> None:
    data, rows = await exported(anna)
    assert (data["moments"], data["nudges"], rows) == ([], [], [])
    assert anna.newest.attachment is not None
    assert anna.newest.attachment.text == "\ufeff" + ",".join(COLUMNS) + "\r\n"


async def test_what_is_too_large_for_one_file_is_shared_among_some(anna: Friend) -> None:
    await anna.sign_up()
    for number in range(12):
        await anna.begin("Evening joy")
        await anna.send(f"joy number {number} " + "🌱" * 300)

    def found(tx: Tx) -> dict[str, Any]:
        return collect(tx, person_of(tx, anna), str, PARTS)

    data = anna.house.store.run_now(found)
    largest = 9_000
    files = as_json(data, largest)
    parts = [json.loads(file.text) for file in files]
    assert [file.name for file in files[:2]] == ["pebble-1.json", "pebble-2.json"]
    assert "moments" not in parts[0]
    assert [moment for part in parts[1:] for moment in part["moments"]] == data["moments"]
    assert all(len(file.text.encode()) <= largest for file in files[1:])
    tables = as_csv(data, largest)
    assert len(tables) > 1
    assert all(len(table.text.encode()) <= largest for table in tables)
    assert sum(table.text.count("joy number") for table in tables) == 12


async def test_an_export_in_german_names_practices_in_german(house: House) -> None:
    dora = house.person("dora", language="de")
    await dora.command("now", "one-breath")
    data, rows = await exported(dora)
    assert data["language"] == "de"
    assert dora.newest.text == "Deine Momente als Tabelle, für jedes Tabellenprogramm."
    assert all(row["practice"] != "One slow breath" for row in rows)


async def test_a_group_gets_no_files(house: House) -> None:
    anna = house.person("anna")
    for command in ("export", "delete", "privacy"):
        await house.receive(replace(anna.event(Kind.COMMAND, command), private=False))
    assert [said.attachment for said in anna.inbox] == [None]
    assert "private chats" in anna.newest.text
