"""/export: everything of mine, as JSON and as tables, and nothing of anybody else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.flows.my_data import PARTS
from bot.privacy.export import collect, shares_of
from bot.privacy.tables import quoted
from bot.schedules.rules import to_dict
from bot.speech import Kind
from bot.store import Store, Tx
from tests.flows.looking import nudges_of, person_of
from tests.kit.files import attached, table, unpacked
from tests.kit.talk import Friend, House
from tests.kit.thanks import meet
from tests.privacy.test_completeness import both

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


Tables = dict[str, list[dict[str, str]]]


async def exported(friend: Friend) -> tuple[dict[str, Any], Tables]:
    """Ask for the files; return what the JSON holds, and the rows of all tables."""
    await friend.command("export")
    whole, zipped = (said.attachment for said in friend.inbox[-2:])
    assert whole is not None
    assert zipped is not None
    assert [whole.name, whole.mime, zipped.name] == ["pebble.json", "application/json", "pebble-tables.zip"]
    tables = {name.removesuffix(".csv"): table(text) for name, text in unpacked(zipped).items()}
    return json.loads(whole.text), tables


async def test_everything_of_mine_is_in_it_and_nothing_of_anybody_else(house: House) -> None:
    anna, ben = house.person("anna"), house.person("ben")
    await lived(anna, "annas sunlight")
    await lived(ben, "bens thunder")
    data, tables = await exported(anna)
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
    assert tables["about"] == [{"made_at": data["made_at"], "zone": "Europe/Berlin", "language": "en"}]
    assert [row["title"] for row in tables["moments"]] == ["Evening joy", "One slow breath"]
    first = tables["moments"][0]
    assert [*first][:2] == ["date", "time"]
    assert {name: first[name] for name in ("date", "time", "answer", "before", "words", "answered_at")} == {
        "date": "2026-11-18",
        "time": "10:00",
        "answer": "words",
        "before": "",
        "words": "annas sunlight",
        "answered_at": "2026-11-18T10:00:00+01:00",
    }
    assert tables["own_practices"][0]["body.prompt"] == "annas sunlight prompt"
    assert "thunder" not in str(tables)


async def test_every_table_of_the_json_is_among_the_tables_row_for_row(anna: Friend, house: House) -> None:
    await lived(anna, "annas sunlight")
    await meet(anna, house.person("ben"))
    await meet(house.person("carl"), anna)
    data, tables = await exported(anna)
    named = {name: value for name, value in data.items() if not isinstance(value, str)}
    counts = {name: 1 if isinstance(value, dict) else len(value or []) for name, value in named.items()}
    assert counts["thanks_sent"] == counts["thanks_received"] == 1
    assert {row["table"]: int(row["rows"]) for row in tables["contents"]} == counts
    assert {name: len(rows) for name, rows in tables.items() if name not in ("contents", "about")} == {
        name: count for name, count in counts.items() if count
    }
    assert tables["thanks_received"][0]["letter.sentence"] == data["thanks_received"][0]["letter"]["sentence"]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield all that stands in a row of the JSON, with the path to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif value is not None:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def test_all_that_the_json_holds_stands_in_the_tables(store: Store) -> None:
    anna, _ = both(store)
    found = store.run_now(lambda tx: collect(tx, anna.person, lambda key: key, PARTS))
    (share,) = shares_of(found, "tables")
    files = unpacked(attached("tables", share))
    for name, rows in found.items():
        if isinstance(rows, str):
            assert table(files["about.csv"])[0][name] == rows
            continue
        rows = [rows] if isinstance(rows, dict) else rows
        assert rows, f"{name} is empty: this test would show nothing"
        for row, cells in zip(rows, table(files[f"{name}.csv"]), strict=True):
            missed = [path for path, leaf in leaves(row) if path != "slot" and cells[path] != quoted(leaf)]
            assert missed == [], name


def test_a_table_of_tomorrow_is_not_forgotten() -> None:
    found = {"made_at": "2026-11-18T10:00:00+01:00", "wishes": [{"id": 1, "body": {"text": "more tea", "for": ["me"]}}]}
    (share,) = shares_of(found, "tables")
    file = attached("tables", share)
    assert table(unpacked(file)["wishes.csv"]) == [{"id": "1", "body.text": "more tea", "body.for": '["me"]'}]


async def test_a_second_export_does_not_carry_the_first(anna: Friend) -> None:
    await lived(anna, "annas sunlight")
    first, _ = await exported(anna)
    second, _ = await exported(anna)
    files = [message["body"]["attachment"] for message in second["messages"] if "attachment" in message["body"]]
    assert files == [["pebble.json", "application/json"], ["pebble-tables.zip", "application/zip"]]
    assert len(json.dumps(second)) < 1.2 * len(json.dumps(first))


async def test_voice_and_photos_are_named_and_not_fetched(anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("Evening joy")
    await anna.send_file("voice", "note-7", 12)
    data, tables = await exported(anna)
    assert data["moments"][0]["file"] == ["memory", "voice", "note-7", 12]
    assert json.loads(tables["moments"][0]["file"]) == data["moments"][0]["file"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", FORMULA])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert quoted(cell) == "'" + cell
    assert quoted(f" {cell}".replace("\t", "t").replace("\r", "r")).startswith(" ")


async def test_a_formula_that_somebody_wrote_is_words_in_the_table_and_as_it_was_in_the_json(anna: Friend) -> None:
    await anna.sign_up()
    await anna.begin("Evening joy")
    await anna.send(f"{FORMULA}\nand, a second line")
    data, tables = await exported(anna)
    assert tables["moments"][0]["words"] == f"'{FORMULA}\nand, a second line"
    assert data["moments"][0]["words"] == f"{FORMULA}\nand, a second line"
    assert data["kept"] == []


async def test_somebody_who_did_nothing_gets_files_too(anna: Friend) -> None:
    data, tables = await exported(anna)
    assert (data["moments"], data["nudges"]) == ([], [])
    assert {"moments", "nudges"}.isdisjoint(tables), "an empty table is no file"
    assert {"table": "moments", "rows": "0"} in tables["contents"]
    assert tables["person"][0]["language"] == "en"


async def test_what_is_too_large_for_one_file_is_shared_among_some(anna: Friend) -> None:
    await anna.sign_up()
    for number in range(12):
        await anna.begin("Evening joy")
        await anna.send(f"joy number {number} " + "🌱" * 300)

    def found(tx: Tx) -> dict[str, Any]:
        return collect(tx, person_of(tx, anna), str, PARTS)

    data = anna.house.store.run_now(found)
    largest = 9_000
    files = [attached("json", share) for share in shares_of(data, "json", largest)]
    parts = [json.loads(file.text) for file in files]
    assert [file.name for file in files[:2]] == ["pebble-1.json", "pebble-2.json"]
    assert "moments" not in parts[0]
    assert [moment for part in parts[1:] for moment in part["moments"]] == data["moments"]
    assert all(len(file.text.encode()) <= largest for file in files[1:])
    zipped = [attached("tables", share) for share in shares_of(data, "tables", largest)]
    assert [file.name for file in zipped[:2]] == ["pebble-tables-1.zip", "pebble-tables-2.zip"]
    assert all(len(file.content) <= largest for file in zipped)
    files_of = {name: text for file in zipped for name, text in unpacked(file).items()}
    parts_of = [table(text) for name, text in files_of.items() if name.startswith("moments-")]
    assert len(parts_of) > 1
    assert [row["words"] for part in parts_of for row in part] == [moment["words"] for moment in data["moments"]]


async def test_an_export_in_german_names_practices_in_german(house: House) -> None:
    dora = house.person("dora", language="de")
    await dora.command("now", "one-breath")
    data, tables = await exported(dora)
    assert data["language"] == "de"
    assert dora.newest.text == "Dasselbe als Tabellen, für jedes Tabellenprogramm."
    assert all(row["title"] != "One slow breath" for row in tables["moments"])


async def test_a_group_gets_no_files(house: House) -> None:
    anna = house.person("anna")
    for command in ("export", "delete", "privacy"):
        await house.receive(replace(anna.event(Kind.COMMAND, command), private=False))
    assert [said.attachment for said in anna.inbox] == [None]
    assert "private chats" in anna.newest.text
