"""A pack that is wrong is refused in one line that names file and key; one that is right needs no code."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import Practice, load_catalogue
from bot.errors import Misconfigured

Table = dict[str, Any]


def practice(**changes: Any) -> Table:
    right: Table = {
        "key": "cold-water",
        "icon": "💧",
        "title": "Cold water",
        "why": "Cool water on the wrists is something to feel.",
        "source": "house",
        "times": ["7:00", "12:15", "18:00"],
        "seconds": 20,
        "feelings": "both",
        "late": "ritual",
        "answer": "tap",
        "prompts": [f"Let cool water run over your wrists, wording {n}." for n in range(8)],
        "did": ["Cool.", "Fresh.", "Good."],
        "smaller": "Only the fingertips.",
        "next": ["one-breath"],
        "hard_day": True,
    }
    return {name: value for name, value in {**right, **changes}.items() if value is not ...}


def pack(*practices: Table, **changes: Any) -> Table:
    right = {
        "theme": "water",
        "title": "Water",
        "sources": {"house": "Of our own"},
        "practice": list(practices),
    }
    return {name: value for name, value in {**right, **changes}.items() if value is not ...}


def written(folder: Path, table: Table, name: str = "water.toml") -> Path:
    """Write a pack as TOML; inline values of TOML and JSON look the same but for tables."""
    folder.joinpath(name).write_text("".join(f"{key} = {_toml(value)}\n" for key, value in table.items()), "utf-8")
    return folder


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def refusal(folder: Path) -> str:
    with pytest.raises(Misconfigured) as caught:
        load_catalogue([folder])
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_a_host_adds_practices_with_a_folder(tmp_path: Path) -> None:
    catalogue = load_catalogue([written(tmp_path, pack(practice()))])
    assert [p.key for p in catalogue][-1] == "cold-water"
    assert catalogue["cold-water"].minutes == (420, 735, 1080)
    assert catalogue.themes[-1].title == "Water"
    assert catalogue.sources["house"] == "Of our own"


def test_a_host_adds_to_a_theme_that_is_there(tmp_path: Path) -> None:
    catalogue = load_catalogue([written(tmp_path, pack(practice(), theme="calm", title="Something else"))])
    calm = next(theme for theme in catalogue.themes if theme.key == "calm")
    assert calm.title == "A calmer minute"
    assert (calm.practices[0], calm.practices[-1]) == ("one-breath", "cold-water")


def test_a_pack_has_every_kind_of_step(tmp_path: Path) -> None:
    steps = [
        {"do": "say", "text": "Here we go."},
        {"do": "ask", "text": "What do you feel?", "optional": True},
        {"do": "choose", "text": "Which hand?", "choices": ["Left", "Right"], "own_words": True},
        {"do": "photo", "text": "Show me, if you like.", "optional": True},
        {"do": "voice", "text": "Say it in under a minute.", "seconds": 60},
    ]
    own = practice(
        steps=steps,
        rounds=3,
        smaller_steps=[WAIT],
        rhythm="weekly",
        keeps="item",
        check={"at": "18:00", "text": "How was it?"},
        replies=[{"key": "cool", "label": "Cool", "then": "again"}],
    )
    catalogue = load_catalogue([written(tmp_path, pack(own))])
    found: Practice = catalogue["cold-water"]
    assert [step.do for step in found.steps] == ["say", "ask", "choose", "photo", "voice"]
    assert found.check is not None
    assert found.check.at == 1080
    texts = {text for _, text in found.texts()}
    assert {"Breathe in.", "Left", "Cool", "How was it?"} <= texts


WAIT = {"do": "wait", "text": "Breathe in.", "seconds": 4}


@pytest.mark.parametrize(
    ("changes", "place", "reason"),
    [
        ({"mood": "good"}, "mood", "Extra inputs are not permitted"),
        ({"title": ...}, "title", "Field required"),
        ({"prompts": [f"wording {n}" for n in range(7)]}, "prompts", "at least 8 items"),
        ({"prompts": ["the same"] * 8}, "prompts", "comes twice: 'the same'"),
        (
            {"prompts": [*(f"wording {n}" for n in range(7)), "x" * 351]},
            "prompts 8",
            "at most 350 characters",
        ),
        ({"smaller": "x" * 351}, "smaller", "at most 350 characters"),
        ({"title": "x" * 25}, "title", "at most 24 characters"),
        ({"why": "Because of {reason}."}, "why", "holds a brace"),
        ({"why": " because"}, "why", "begins or ends with a space"),
        ({"why": "so\x07so"}, "why", "cannot be shown"),
        ({"times": ["7:00", "24:00", "18:00"]}, "times 2", "is not a time of day like 8:30"),
        ({"times": ["7:00", "8 am", "18:00"]}, "times 2", "is not a time of day like 8:30"),
        ({"times": ["7:00", 480, "18:00"]}, "times 2", "is not a time of day like 8:30"),
        ({"times": ["7:00", "18:00"]}, "times", "at least 3 items"),
        ({"seconds": 0}, "seconds", "greater than or equal to 1"),
        ({"seconds": "20"}, "seconds", "valid integer"),
        ({"feelings": "before"}, "feelings", "Input should be"),
        ({"answer": "dance"}, "answer", "Input should be"),
        ({"icon": "water"}, "icon", "is not one emoji"),
        ({"did": ["Good."]}, "did", "at least 3 items"),
        ({"replies": [{"key": "Cool", "label": "Cool"}]}, "replies Cool key", "should match pattern"),
        ({"replies": [{"key": "cool", "label": "c" * 25}]}, "replies cool label", "at most 24 characters"),
        (
            {"replies": [{"key": "cool", "label": "A"}, {"key": "cool", "label": "B"}]},
            "",
            "comes twice: 'cool'",
        ),
        (
            {"replies": [{"key": "did", "label": "Yes"}]},
            "",
            "replies: 'did' is an answer that every practice has",
        ),
        ({"answer": "face", "replies": [{"key": "cool", "label": "A"}]}, "", "the five faces are the answer"),
        (
            {"steps": [{"do": "dance", "text": "Go"}]},
            "steps dance",
            "does not match any of the expected tags",
        ),
        ({"steps": [WAIT, {"do": "wait", "text": "Out."}]}, "steps wait seconds", "Field required"),
        ({"steps": [{**WAIT, "seconds": 9000}]}, "steps wait seconds", "less than or equal to 600"),
        ({"check": {"at": "25:00", "text": "So?"}}, "check at", "is not a time of day"),
        ({"next": ["gone"]}, "next", "there is no practice 'gone'"),
        ({"source": "elsewhere"}, "source", "'elsewhere' is not in [sources]"),
        ({"key": "one-breath"}, "key", "is in calm.toml too"),
        ({"key": "Cold Water"}, "key", "should match pattern"),
    ],
)
def test_a_mistake_in_a_practice_is_named(changes: Table, place: str, reason: str, tmp_path: Path) -> None:
    wrong = practice(**changes)
    said = refusal(written(tmp_path, pack(wrong)))
    assert str(tmp_path / "water.toml") in said
    assert f"practice {wrong['key']}{' ' if place else ''}{place}: " in said
    assert reason in said


@pytest.mark.parametrize(
    ("changes", "place", "reason"),
    [
        ({"theme": ...}, "theme", "Field required"),
        ({"colour": "blue"}, "colour", "Extra inputs are not permitted"),
        ({"practice": []}, "practice", "at least 1 item"),
        ({"practice": "none"}, "practice", "valid tuple"),
    ],
)
def test_a_mistake_in_a_pack_is_named(changes: Table, place: str, reason: str, tmp_path: Path) -> None:
    said = refusal(written(tmp_path, pack(practice(), **changes)))
    assert f"{tmp_path / 'water.toml'}: {place}: " in said
    assert reason in said


def test_several_mistakes_are_counted(tmp_path: Path) -> None:
    assert "(and 2 more)" in refusal(written(tmp_path, pack(practice(mood=1, tone=2, title=...))))


def test_one_key_in_two_packs_of_a_host_is_refused(tmp_path: Path) -> None:
    written(tmp_path, pack(practice()), "a.toml")
    written(tmp_path, pack(practice()), "b.toml")
    assert refusal(tmp_path).endswith("b.toml: practice cold-water key: is in a.toml too")


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe\x00", b"[[practice]]\nkey = 'a'\nkey = 'b'"])
def test_a_file_that_is_not_toml_is_named(content: bytes, tmp_path: Path) -> None:
    tmp_path.joinpath("broken.toml").write_bytes(content)
    assert f"{tmp_path / 'broken.toml'}: not TOML: " in refusal(tmp_path)


@pytest.mark.parametrize("name", ["", "gone"])
def test_a_folder_without_packs_is_named(name: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / name) == f"catalogue: no packs (*.toml) in {tmp_path / name}"
