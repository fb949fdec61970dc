"""Logs: one line an event, no token, nobody's words."""

import json
import logging
import os

import pytest
import structlog

from bot.logs import QUIET, redacted, set_up_logs
from tests.fakes import TOKEN

SECRET = TOKEN.partition(":")[2]
WORDS = "I was glad of the first frost"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("library", ["telegram.ext", "aiohttp.client", "asyncio", "uvicorn.error", "some.other"])
def test_a_library_that_prints_the_token_does_not_get_it_out(
    capsys: pytest.CaptureFixture[str], form: str, library: str
) -> None:
    set_up_logs("debug", form)
    log = logging.getLogger(library)
    log.warning("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    log.error(f"it failed: {TOKEN}", extra={"address": TOKEN})  # noqa: G004 - as a library may do it
    log.warning({"url": f"/bot{TOKEN}/"})
    written = capsys.readouterr().err
    assert written.count("[token]") >= 3
    assert SECRET not in written


@pytest.mark.parametrize("form", ["text", "json"])
def test_our_own_lines_do_not_carry_a_token_either(capsys: pytest.CaptureFixture[str], form: str) -> None:
    set_up_logs("debug", form)
    structlog.get_logger("bot.test").warning("odd", url=f"/bot{TOKEN}/x", nested={"deep": [TOKEN]})
    written = capsys.readouterr().err
    assert "odd" in written
    assert SECRET not in written


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_says_kind_and_place_and_nobodys_words(capsys: pytest.CaptureFixture[str], form: str) -> None:
    set_up_logs("debug", form)
    try:
        try:
            raise ValueError(f"cannot parse {WORDS!r} with {TOKEN}")
        except ValueError as cause:
            raise RuntimeError(WORDS) from cause
    except RuntimeError as error:
        logging.getLogger("asyncio").exception("Task exception was never retrieved\nfuture: <%r>", error)
        logging.getLogger("sqlalchemy.pool").error("gone", exc_info=error)
        structlog.get_logger("bot.test").exception("broke")
        structlog.get_logger("bot.test").error("broke again", exc_info=error)
    written = capsys.readouterr().err
    assert WORDS not in written
    assert SECRET not in written
    assert "RuntimeError at " in written
    assert "test_logs.py:" in written


def test_a_line_that_cannot_be_written_does_not_bring_out_the_words_it_was_about(
    capfd: pytest.CaptureFixture[str],
) -> None:
    set_up_logs("info", "text")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(open(os.devnull))  # noqa: SIM115, PTH123 - not for writing: every line fails
    try:
        raise ValueError(WORDS)
    except ValueError:
        structlog.get_logger("bot.test").warning("odd", url=TOKEN)
    handler.stream.close()
    assert capfd.readouterr() == ("", "")


def test_quiet_libraries_stay_quiet_at_the_loudest_level(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("debug", "text")
    for name in QUIET:
        logging.getLogger(f"{name}.inner").info(WORDS)
        logging.getLogger(f"{name}.inner").debug(WORDS)
    assert capsys.readouterr().err == ""


def test_a_look_that_is_left_out_is_no_line_each_second(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "text")
    scheduler = logging.getLogger("apscheduler.scheduler")
    scheduler.warning("Execution of job skipped: maximum number of running instances reached")
    scheduler.error("Job raised an exception")
    (line,) = capsys.readouterr().err.splitlines()
    assert "Job raised an exception" in line


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    structlog.get_logger("bot.test").info("expired", rows=3)
    logging.getLogger("some.other").info("two\nlines")
    structlog.get_logger("bot.test").debug("unseen")
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (first["event"], first["rows"], first["level"], first["logger"]) == ("expired", 3, "info", "bot.test")
    assert second["event"] == "two\nlines"
    assert first["timestamp"].endswith("Z")


def test_a_token_is_recognised_wherever_it_stands() -> None:
    for text in (f"/bot{TOKEN}/getMe", f'"{TOKEN}"', f"token={TOKEN}&x", f"{TOKEN},{TOKEN}", f"file/bot{TOKEN}/a"):
        assert SECRET not in redacted(text), text
    assert redacted("at 12:30, row 12345:6") == "at 12:30, row 12345:6"
