"""Pictures are drawn in a process of its own, and whatever happens to it, the next picture is drawn."""

import asyncio
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.outbox.studio import Studio, Undrawn
from bot.pictures import Link, Ripple
from tests.kit.drawing import AT

ROOT = Path(__file__).parents[2]


@contextmanager
def studio(draw: str, seconds: float = 60.0, rest: float = 60.0) -> Iterator[Studio]:
    opened = Studio(draw, seconds, rest)
    try:
        yield opened
    finally:
        opened.close()


async def until(done: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110 - what another process does sets no event here
            await asyncio.sleep(0.02)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):  # it may also end between the two looks
        return False


async def test_a_real_picture_comes_back_from_the_other_process() -> None:
    with studio("bot.pictures:draw") as opened:
        png = await opened.draw(Ripple("Thanks", (), (Link(),)).to_dict())
    assert png.startswith(b"\x89PNG\r\n\x1a\n")


async def test_pictures_are_drawn_in_one_process_that_is_not_this_one() -> None:
    with studio(f"{AT}:who") as opened:
        drawn = await asyncio.gather(*(opened.draw({}) for _ in range(5)))
    assert len(set(drawn)) == 1
    assert int(drawn[0]) != os.getpid()


async def test_no_process_is_started_before_the_first_picture() -> None:
    with studio(f"{AT}:echo") as opened:
        assert opened._pool is None


async def test_a_process_that_is_killed_in_the_middle_is_replaced_and_the_picture_drawn(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with studio(f"{AT}:stall") as opened:
        drawn = asyncio.create_task(opened.draw({"mark": str(mark)}))
        await until(lambda: mark.exists() and mark.read_text())
        os.kill(int(mark.read_text()), signal.SIGKILL)
        assert await drawn == b"drawn"


async def test_a_picture_that_ends_its_process_twice_is_given_up_and_the_next_one_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with studio(f"{AT}:end") as opened:
        with pytest.raises(Undrawn):
            await opened.draw({})
        monkeypatch.setattr(opened, "_draw", f"{AT}:echo")
        assert await opened.draw({"word": "again"}) == b"again"


async def test_a_picture_that_takes_too_long_is_given_up_and_its_process_ended(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with studio(f"{AT}:stall", seconds=3.0) as opened:
        with pytest.raises(Undrawn):
            await opened.draw({"mark": str(mark)})
        if mark.exists():  # the process had come as far as drawing
            await until(lambda: not alive(int(mark.read_text())))
        mark.touch()
        opened._seconds = 60.0
        assert await opened.draw({"mark": str(mark)}) == b"drawn"


async def test_of_what_the_drawing_raises_only_the_kind_arrives_and_it_costs_no_process() -> None:
    with studio(f"{AT}:refuse") as opened:
        with pytest.raises(Undrawn) as refused:
            await opened.draw({})
        assert str(refused.value) == "ValueError"
        assert "no such picture" not in "".join(traceback.format_exception(refused.value))
        assert opened._pool is not None


async def test_where_nothing_of_that_name_draws_the_picture_is_undrawn() -> None:
    with studio("tests.kit.nowhere:draw") as opened, pytest.raises(Undrawn, match="ModuleNotFoundError"):
        await opened.draw({})


async def test_a_process_that_has_had_nothing_to_draw_for_a_while_is_let_go() -> None:
    with studio(f"{AT}:who", rest=0.05) as opened:
        first = int(await opened.draw({}))
        await until(lambda: not alive(first))
        assert opened._pool is None
        assert int(await opened.draw({})) != first


LIGHT = """
import asyncio, sys
from bot.outbox.studio import Studio
if __name__ == "__main__":
    before = {"multiprocessing", "concurrent.futures.process"} & sys.modules.keys()
    studio = Studio("bot.pictures:draw")
    spec = {"kind": "ripple", "title": "", "subtitle": "", "numbers": [], "parents": [None], "mine": {}, "you": "",
            "note": "", "language": "en", "theme": "light"}
    assert asyncio.run(studio.draw(spec)).startswith(b"\\x89PNG")
    studio.close()
    heavy = [name for name in sys.modules if name.startswith(("bot.pictures", "resvg", "uharfbuzz", "bidi"))]
    print(before or "nothing", heavy or "nothing")
"""


async def test_the_process_that_wants_a_picture_holds_neither_fonts_nor_renderer(tmp_path: Path) -> None:
    script = tmp_path / "light.py"
    script.write_text(LIGHT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(sys.executable, script, stdout=subprocess.PIPE, env=environment)
    said, _ = await process.communicate()
    assert said.decode().strip() == "nothing nothing"


async def test_who_is_cancelled_frees_the_process_for_the_next_picture(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with studio(f"{AT}:stall") as opened:
        drawn = asyncio.create_task(opened.draw({"mark": str(mark)}))
        await until(lambda: mark.exists() and mark.read_text())
        drawn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drawn
        assert await opened.draw({"mark": str(mark)}) == b"drawn"


async def test_closing_ends_the_process() -> None:
    with studio(f"{AT}:who") as opened:
        process = int(await opened.draw({}))
        assert alive(process)
    await until(lambda: not alive(process))


PARENT = """
import asyncio, time
from bot.outbox.studio import Studio
if __name__ == "__main__":
    print(asyncio.run(Studio("tests.kit.drawing:who").draw({})).decode(), flush=True)
    time.sleep(600)
"""


async def test_the_process_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = await asyncio.create_subprocess_exec(sys.executable, script, stdout=subprocess.PIPE, env=environment)
    try:
        assert parent.stdout is not None
        process = int(await parent.stdout.readline())
        assert alive(process)
    finally:
        parent.kill()
        await parent.wait()
    await until(lambda: not alive(process))
