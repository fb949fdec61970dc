"""Headless Chromium for tests that look at a page.

A test module imports the `browser` fixture and marks itself with `ONE_LOOP`. Without Chromium its tests say loudly that
they did not run, or fail where `PEBBLE_TESTS_MUST_RUN=1` asks for it.
"""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

# A busy machine takes its time to start what draws, and whoever waits for less only waits for the machine.
expect.set_options(timeout=20_000)

ONE_LOOP = pytest.mark.asyncio(loop_scope="module")
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str:
    """Return where Chromium is; skip or fail the test when it is nowhere."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    reason = "did not run: no Chromium on PATH; .ci/run installs it"
    if os.environ.get("PEBBLE_TESTS_MUST_RUN") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for a module, whose tests share its event loop; every `new_context()` is a person without memory."""
    path = chromium_path()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield launched
        finally:
            await launched.close()
