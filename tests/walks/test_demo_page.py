"""A newcomer at the demo's page, in a real browser, with the real process behind it."""

import contextlib
import os
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser import ONE_LOOP, browser
from tests.kit.forks import ROOT, fork

__all__ = ["browser"]

pytestmark = ONE_LOOP

TO_SET = ("One slow breath", "Coffee", "8:30", "Yes")
TO_ANSWERED = ("Try one now", "2 of 5", "Did it", "4 of 5")


class Demo:
    """`pebble demo` in an empty folder; it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with contextlib.closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PEBBLE_WEB_PORT": str(self._port)}
        out, err = self._folder / "stdout.txt", self._folder / "stderr.txt"
        self._process = fork("bot", ["demo"], self._folder, environment, out, err)
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/health/ready") as answer:
                if answer.status == 200:
                    return
            assert time.monotonic() < deadline, f"the demo did not become ready:\n{err.read_text()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo of this test alone."""
    running = Demo(tmp_path)
    yield running
    running.kill()


async def _open(browser: Browser, address: str) -> Page:
    context = await browser.new_context(
        viewport={"width": 375, "height": 760}, locale="en-GB", timezone_id="Europe/Berlin"
    )
    page = await context.new_page()
    await page.goto(address)
    return page


async def _tap(page: Page, label: str) -> None:
    # The newest one: an earlier question may have had the same choice.
    await page.get_by_role("log").get_by_role("button", name=re.compile(label)).last.click()


async def test_a_newcomer_reaches_set_in_four_taps_and_a_first_answer_in_eight(browser: Browser, demo: Demo) -> None:
    page = await _open(browser, demo.address)
    log = page.get_by_role("log")
    await expect(log).to_contain_text("Hi, I’m Pebble")
    for label in TO_SET:
        await _tap(page, label)
    await expect(log).to_contain_text(re.compile(r"Set: \w{3} 8:30, \w{3} 8:30, \w{3} 8:30"))
    for label in TO_ANSWERED:
        await _tap(page, label)
    await expect(log).to_contain_text("A little lighter. Good that you took that moment.")
    # The talk scrolls within its frame; the page itself has nowhere to go, whatever is hidden in it for screen readers.
    assert await page.evaluate("document.scrollingElement.scrollHeight <= window.innerHeight")


async def test_fast_forward_brings_the_nudge_and_the_drawer_shows_it_answered(browser: Browser, demo: Demo) -> None:
    page = await _open(browser, demo.address)
    for label in (*TO_SET, "Later"):
        await _tap(page, label)
    await page.get_by_role("button", name=re.compile("Fast-forward")).first.click()
    await expect(page.get_by_role("log")).to_contain_text("After your coffee:")
    await _tap(page, "Calmer")
    await page.get_by_role("button", name="Look inside").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("after your coffee, on weekdays at 8:30")
    await expect(drawer).to_contain_text("Calmer")


async def test_the_page_survives_a_kill_and_goes_on_without_a_reload(browser: Browser, demo: Demo) -> None:
    page = await _open(browser, demo.address)
    await _tap(page, "One slow breath")
    await expect(page.get_by_role("log")).to_contain_text("ride along with")
    demo.kill()
    await page.get_by_role("textbox").fill("feeding the cat")
    await page.get_by_role("textbox").press("Enter")
    demo.start()
    await expect(page.get_by_role("log")).to_contain_text("About what time", timeout=20_000)
    await expect(page.get_by_role("log").get_by_text("feeding the cat")).to_have_count(1)
    await _tap(page, "8:30")
    await expect(page.get_by_role("log")).to_contain_text("where you are?")


async def test_two_tabs_are_two_people(browser: Browser, demo: Demo) -> None:
    anna, ben = await _open(browser, f"{demo.address}/?me=anna"), await _open(browser, f"{demo.address}/?me=ben")
    await _tap(anna, "One slow breath")
    await expect(anna.get_by_role("log")).to_contain_text("ride along with")
    await expect(ben.get_by_role("log")).not_to_contain_text("ride along with")


async def test_three_tabs_carry_a_sentence_from_one_to_the_next(browser: Browser, demo: Demo) -> None:
    anna = await _open(browser, f"{demo.address}/?me=anna")
    for words in ("/thanks", "Bea", "I like how you wait for me at the gate.", "Anna"):
        await _say(anna, words)
    await _tap(anna, "Send")
    bea = await _tab_beside(anna, await _invitation(anna))
    await expect(_log(bea)).to_contain_text("Anna has a sentence of thanks for you.")
    await expect(_log(bea)).not_to_contain_text("at the gate")
    await _tap(bea, "Accept")
    await expect(_log(bea)).to_contain_text("“I like how you wait for me at the gate.”")

    await _tap(bea, "Pass it on")
    for words in ("Cleo", "I like how you laugh at your own jokes.", "Bea"):
        await _say(bea, words)
    await _tap(bea, "Send")
    cleo = await _tab_beside(bea, await _invitation(bea))
    await _tap(cleo, "Accept")
    await expect(_log(cleo)).to_contain_text("“I like how you laugh at your own jokes.”")
    await expect(_log(cleo)).not_to_contain_text("Anna")

    await _say(anna, "/ripple")
    await expect(_log(anna)).to_contain_text("2 people in 2 sentences")
    await expect(_log(anna).get_by_role("img").last).to_be_visible()
    for stranger in ("jokes", "Cleo"):
        await expect(_log(anna)).not_to_contain_text(stranger)


def _log(page: Page) -> Locator:
    return page.get_by_role("log")


async def _say(page: Page, words: str) -> None:
    """Write, and wait until Pebble has said something new."""
    heard = page.locator(".line.theirs")
    before = await heard.count()
    await page.get_by_role("textbox").fill(words)
    await page.get_by_role("textbox").press("Enter")
    await expect(heard).not_to_have_count(before)


async def _tab_beside(page: Page, address: str) -> Page:
    """Open one more tab of the same browser."""
    tab = await page.context.new_page()
    await tab.goto(address)
    return tab


async def _invitation(page: Page) -> str:
    """Return the link in the newest invitation."""
    await expect(_log(page)).to_contain_text("it opens once")
    return str(re.findall(r"http://\S+\?invite=\S+", await _log(page).inner_text())[-1])
