"""`pebble when` tells what is understood, as lines or as JSON."""

import json

import pytest

from bot.__main__ import main

AT = ["--zone", "Europe/Berlin", "--now", "2026-11-18T10:00"]


def test_it_tells_the_words_and_the_next_times(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["when", "mon wed fri 7pm", *AT]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "every Monday, Wednesday and Friday at 19:00"
    assert told[1:3] == ["  2026-11-18 19:00", "  2026-11-20 19:00"]
    assert len(told) == 6


def test_it_prints_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["when", "jeden Tag um 9 Uhr", "--lang", "de", "--json", *AT]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["kind"] == "recur"
    assert answer["text"] == "jeden Tag um 9:00 Uhr"
    assert answer["next"][0] == "2026-11-19T09:00"


def test_a_moment_with_an_offset_is_taken_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["when", "in 20 minutes", "--json", "--zone", "Asia/Tokyo", "--now", "2026-11-18T10:00:00+01:00"]) == 0
    assert json.loads(capsys.readouterr().out)["next"] == ["2026-11-18T18:20"]


def test_an_unclear_phrase_is_none_and_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["when", "*/1 * * * *", "--json", *AT]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "none"


@pytest.mark.parametrize(
    "wrong", [["--zone", "../../etc/passwd"], ["--zone", "GMT+25"], ["--now", "soon"], ["--now", "9999-99-99"]]
)
def test_a_wrong_zone_or_time_is_told_on_one_line(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["when", "at 9", *wrong]) == 64
    assert capsys.readouterr().err.count("\n") == 1
