"""Pictures are drawn in a process of its own, and whatever happens to it, the next picture is drawn."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.outbox.studio import Draw, Studio, Undrawn
from bot.pictures import Link, Ripple
from bot.pictures import draw as draw_picture
from tests.kit import drawing

ROOT = Path(__file__).parents[2]


@contextmanager
def studio(draw: Draw, seconds: float = 60.0) -> Iterator[Studio]:
    opened = Studio(draw, seconds)
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
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()


async def test_a_real_picture_comes_back_from_the_other_process() -> None:
    with studio(draw_picture) as opened:
        png = await opened.draw(Ripple("Thanks", (), (Link(),)).to_dict())
    assert png.startswith(b"\x89PNG\r\n\x1a\n")


async def test_pictures_are_drawn_in_one_process_that_is_not_this_one() -> None:
    with studio(drawing.who) as opened:
        drawn = await asyncio.gather(*(opened.draw({}) for _ in range(5)))
    assert len(set(drawn)) == 1
    assert int(drawn[0]) != os.getpid()


async def test_no_process_is_started_before_the_first_picture() -> None:
    with studio(drawing.echo) as opened:
        assert opened._pool is None


async def test_a_process_that_is_killed_in_the_middle_is_replaced_and_the_picture_drawn(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with studio(drawing.stall) as opened:
        drawn = asyncio.create_task(opened.draw({"mark": str(mark)}))
        await until(lambda: mark.exists() and mark.read_text())
        os.kill(int(mark.read_text()), signal.SIGKILL)
        assert await drawn == b"drawn"


async def test_a_picture_that_ends_its_process_twice_is_given_up_and_the_next_one_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with studio(drawing.end) as opened:
        with pytest.raises(Undrawn):
            await opened.draw({})
        monkeypatch.setattr(opened, "_draw", drawing.echo)
        assert await opened.draw({"word": "again"}) == b"again"


async def test_a_picture_that_takes_too_long_is_given_up_and_its_process_ended(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with studio(drawing.stall, seconds=3.0) as opened:
        with pytest.raises(Undrawn):
            await opened.draw({"mark": str(mark)})
        if mark.exists():  # the process had come as far as drawing
            await until(lambda: not alive(int(mark.read_text())))
        mark.touch()
        opened._seconds = 60.0
        assert await opened.draw({"mark": str(mark)}) == b"drawn"


async def test_what_the_drawing_raises_arrives_and_costs_no_process() -> None:
    with studio(drawing.refuse) as opened:
        with pytest.raises(ValueError, match="no such picture"):
            await opened.draw({})
        assert opened._pool is not None


async def test_who_is_cancelled_frees_the_process_for_the_next_picture(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with studio(drawing.stall) as opened:
        drawn = asyncio.create_task(opened.draw({"mark": str(mark)}))
        await until(lambda: mark.exists() and mark.read_text())
        drawn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drawn
        assert await opened.draw({"mark": str(mark)}) == b"drawn"


async def test_closing_ends_the_process() -> None:
    with studio(drawing.who) as opened:
        process = int(await opened.draw({}))
        assert alive(process)
    await until(lambda: not alive(process))


PARENT = """
import asyncio, time
from bot.outbox.studio import Studio
from tests.kit import drawing
if __name__ == "__main__":
    print(asyncio.run(Studio(drawing.who).draw({})).decode(), flush=True)
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
