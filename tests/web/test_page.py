"""The page in a real browser, talking to a very small Pebble."""

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from bot.outbox.studio import Undrawn
from bot.speech import Address, Attachment, Button, Op, Outgoing
from bot.texts import Voice
from tests.browser import ONE_LOOP, browser
from tests.kit.translation import write_translation
from tests.texts.test_page_texts import page_texts
from tests.web.small_talk import FACES, SmallTalk, row, served

__all__ = ["browser"]

pytestmark = ONE_LOOP

ANNA = Address("web", "anna")
INJECTIONS = ("<b>bold</b>", "<img src=x onerror=\"document.title='broken'\">", "<script>alert(1)</script>", "&amp;")

Scheme = Literal["light", "dark"]
Open = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="module")
async def talk() -> SmallTalk:
    return SmallTalk()


@pytest_asyncio.fixture(loop_scope="module")
async def url(talk: SmallTalk) -> AsyncIterator[str]:
    async with served(talk) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def opened(browser: Browser) -> AsyncIterator[Open]:
    """Opens a page; whatever goes wrong in it, and whatever it asks of elsewhere, fails the test."""
    wrong: list[str] = []
    pages: list[Page] = []

    async def open_page(
        url: str, *, width: int = 375, height: int = 760, scheme: Scheme = "light", locale: str = "en-GB"
    ) -> Page:
        page = await browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale)
        pages.append(page)
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        page.on("request", lambda asked: wrong.append(asked.url) if "//127.0.0.1:" not in asked.url else None)
        await page.goto(url)
        return page

    yield open_page
    for page in pages:
        await page.close()
    assert wrong == []


def line(page: Page, text: str) -> Locator:
    return page.locator(".line", has_text=text)


async def test_a_newcomer_is_welcomed_taps_and_sees_what_was_chosen(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?me=anna")
    await page.get_by_role("button", name="One slow breath").click()
    welcome = line(page, "I’m Pebble")
    await expect(welcome.locator(".chosen")).to_have_text("✓ One slow breath 🌬️")
    await expect(welcome.get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("status")).to_have_text("Noted.")

    await page.get_by_role("button", name="3 of 5, so-so").click()
    await expect(line(page, "How are you").locator(".chosen")).to_have_text("✓ 😐")
    assert [said.text for said in talk.heard] == ["start", "1:pick:7:1", "1:pick:7:3"]
    zone = await page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert talk.heard[0].zone == zone
    assert talk.heard[0].language == await page.evaluate("navigator.language")


async def test_a_file_is_a_link_that_saves_it(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?me=anna")
    await expect(line(page, "I’m Pebble")).to_be_visible()
    calendar = Attachment("nudges.ics", "text/calendar", "BEGIN:VCALENDAR")
    await talk.say(ANNA, "Your calendar.", (row("Thanks"),), attachment=calendar)
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="nudges.ics").click()
    saved = await saving.value
    assert saved.suggested_filename == "nudges.ics"
    await page.get_by_role("button", name="Thanks").click()
    await expect(line(page, "Your calendar.").locator(".chosen")).to_have_text("✓ Thanks")
    await expect(page.get_by_role("link", name="nudges.ics")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("link", name="nudges.ics")).to_be_visible()


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


async def test_a_picture_stands_above_its_words_light_or_dark_as_the_page_and_goes_when_it_cannot_be_had(
    talk: SmallTalk, url: str, opened: Open
) -> None:
    drawn: list[str] = []

    async def draw(what: Mapping[str, Any]) -> bytes:
        if what["kind"] == "none":
            raise Undrawn("ValueError")
        drawn.append(what["theme"])
        return PIXEL

    talk.draw = draw
    talk.begin()
    async with served(talk) as url:
        page = await opened(f"{url}/?me=anna", scheme="dark")
        await expect(line(page, "I’m Pebble")).to_be_visible()
        spec = {"kind": "ripple", "theme": "light"}
        number = await talk.say(ANNA, "Your ripple.", (row("Thanks"),), picture=spec, alt="Seven <b>pebbles</b>")
        image = page.get_by_role("img", name="Seven <b>pebbles</b>")
        await expect(image).to_be_visible()
        await expect(image).to_have_js_property("complete", True)
        assert await image.evaluate("image => [image.naturalWidth, image.src === image.currentSrc]") == [1, False]
        box, words = await image.bounding_box(), await line(page, "Your ripple.").locator(".text").bounding_box()
        assert box is not None
        assert words is not None
        assert box["y"] + box["height"] <= words["y"]
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 375
        await page.get_by_role("button", name="Thanks").click()
        await expect(line(page, "Your ripple.").locator(".chosen")).to_have_text("✓ Thanks")
        await talk.edit(ANNA, number, Outgoing("Eight by now.", op=Op.EDIT))
        await expect(line(page, "Eight by now.")).to_be_visible()
        await expect(image).to_be_visible()
        await talk.say(ANNA, "", picture={"kind": "none"}, alt="Nothing to see.")
        await expect(line(page, "Nothing to see.")).to_be_visible()
        await expect(page.get_by_role("img", name="Nothing to see.")).to_have_count(0)
        await page.reload()
        await expect(image).to_be_visible()
        await page.emulate_media(color_scheme="light")
        await page.reload()
        await expect(image).to_be_visible()
        await expect(image).to_have_js_property("complete", True)
        assert drawn == ["dark", "light"]


async def test_a_button_with_an_address_is_a_link_that_opens_elsewhere(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?me=anna")
    await expect(line(page, "I’m Pebble")).to_be_visible()
    await talk.say(ANNA, "Hand it on.", ((Button("Share", url="https://t.me/share/url?url=x"), *row("Thanks")),))
    link = page.get_by_role("link", name="Share")
    await expect(link).to_have_attribute("href", "https://t.me/share/url?url=x")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(page.get_by_role("button", name="Thanks")).to_be_visible()


async def test_an_invitation_is_handed_over_once_and_leaves_the_address(
    talk: SmallTalk, url: str, opened: Open
) -> None:
    page = await opened(f"{url}/?me=anna&invite=a-token-of-22-letters_")
    await expect(line(page, "I heard “/accept”.")).to_be_visible()
    assert [(said.text, said.rest) for said in talk.heard] == [("accept", "a-token-of-22-letters_")]
    assert page.url == f"{url}/?me=anna"
    await page.reload()
    await expect(line(page, "I heard “/accept”.")).to_be_visible()
    assert len(talk.heard) == 1


async def test_in_a_demo_whoever_opens_an_invitation_is_somebody_new(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?invite=a-token-of-22-letters_")
    await expect(line(page, "I heard “/accept”.")).to_be_visible()
    assert talk.heard[0].address == ANNA
    assert page.url == f"{url}/?me=anna"


async def test_words_stay_words_whatever_they_look_like(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?me=anna")
    await expect(line(page, "I’m Pebble")).to_be_visible()
    for words in INJECTIONS:
        await page.get_by_label("Write to Pebble").fill(words)
        await page.get_by_role("button", name="Send").click()
        await expect(line(page, f"I heard “{words}”")).to_be_visible()
    await talk.say(ANNA, "<i>two</i>\nlines", (row(*INJECTIONS),))
    chip = page.get_by_role("button", name="<b>bold</b>")
    await chip.click()
    await expect(page.locator(".chosen", has_text="<b>bold</b>")).to_be_visible()
    assert await page.locator("#talk :is(b, i, img, script)").count() == 0
    assert await page.title() == "Pebble · anna"
    assert "<i>two</i>\nlines" in await line(page, "two").inner_text()


async def test_the_keyboard_alone_is_enough(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?me=anna")
    await expect(line(page, "I’m Pebble")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Go to writing")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Write to Pebble")).to_be_focused()
    await page.keyboard.type("hello")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("again")
    await page.keyboard.press("Enter")
    await expect(line(page, "I heard “hello")).to_be_visible()
    assert talk.heard[-1].text == "hello\nagain"
    await expect(page.get_by_label("Write to Pebble")).to_be_focused()

    await page.get_by_role("button", name="Three senses").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="1 of 5, rough")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="1 of 5, rough")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(line(page, "How are you").locator(".chosen")).to_have_text("✓ 🙁")

    # What becomes known of a line a moment later takes the focus from none of its buttons.
    await talk.say(ANNA, "A small moment.", (row("Did it"),), nudge=True)
    await page.get_by_role("button", name="Did it").focus()
    await expect(page.locator(".line.nudge")).to_be_visible()
    await expect(page.get_by_role("button", name="Did it")).to_be_focused()

    inside = page.get_by_role("button", name="Look inside")
    await inside.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Inside")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(inside).to_be_focused()


async def test_a_restart_of_the_server_needs_no_reload_and_loses_no_words(opened: Open) -> None:
    talk = SmallTalk()
    async with served(talk) as url:
        page = await opened(f"{url}/?me=anna")
        await expect(line(page, "I’m Pebble")).to_be_visible()
        await page.evaluate("window.neverReloaded = true")
    await page.get_by_label("Write to Pebble").fill("said into the gap")
    await page.keyboard.press("Enter")
    await expect(line(page, "said into the gap").locator(".state")).to_have_text("waiting")
    await talk.say(ANNA, "Said while nobody listened.")
    talk.begin()
    async with served(talk, int(url.rpartition(":")[2])):
        await expect(line(page, "Said while nobody listened.")).to_be_visible()
        await expect(line(page, "I heard “said into the gap”.")).to_be_visible()
        await expect(page.locator(".state")).to_have_count(0)
        await page.get_by_role("button", name="Three senses").click()
        await expect(page.get_by_role("button", name="5 of 5, great")).to_be_visible()
    assert [said.text for said in talk.heard].count("said into the gap") == 1
    assert await page.locator(".line.mine").count() == 1
    assert await page.evaluate("window.neverReloaded")


async def test_words_that_wait_survive_a_reload_of_the_page(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?me=anna")
    await expect(line(page, "I’m Pebble")).to_be_visible()
    talk.closed = True
    await page.get_by_label("Write to Pebble").fill("a joy")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Your words stay here")
    await page.reload()
    await expect(page.locator(".mine .state")).to_have_text("waiting")
    talk.closed = False
    await expect(line(page, "I heard “a joy”")).to_be_visible()
    assert [said.text for said in talk.heard] == ["start", "a joy"]


async def test_a_tap_that_changed_nothing_gives_the_buttons_back(talk: SmallTalk, url: str, opened: Open) -> None:
    number = await talk.say(ANNA, "Pick.", (row("This"),))
    page = await opened(f"{url}/?me=anna")
    await expect(page.get_by_role("button", name="This")).to_be_visible()
    talk.lines.clear()
    await page.get_by_role("button", name="This").click()
    await expect(page.get_by_role("status")).to_have_text("That one has had its moment.")
    await expect(page.get_by_role("button", name="This")).to_be_visible()
    await talk.chat.send(ANNA, Outgoing(op=Op.DELETE), nonce=number + 1, message=str(number))
    await expect(line(page, "Pick.")).to_have_count(0)


async def test_several_tabs_are_several_people(talk: SmallTalk, url: str, opened: Open) -> None:
    page = await opened(f"{url}/?me=ben")
    await expect(line(page, "I’m Pebble")).to_be_visible()
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="New person").click()
    other = await opening.value
    await expect(line(other, "I’m Pebble")).to_be_visible()
    assert {str(said.address) for said in talk.heard} == {"web:ben", "web:anna"}


async def test_fast_forward_brings_the_next_nudge_and_the_drawer_shows_what_is_inside(
    talk: SmallTalk, url: str, opened: Open
) -> None:
    page = await opened(f"{url}/?me=anna", width=1100, height=800)
    await page.get_by_role("button", name="Fast-forward to the next nudge · Mon 8:30").click()
    await expect(page.locator(".line.nudge")).to_contain_text("Your small moment")
    await expect(page.get_by_role("status")).to_have_text("It is Sat 22 Nov, 17:42 now.")
    await page.get_by_role("button", name="Look inside").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.locator(".nudges li")).to_contain_text("One slow breath")
    await expect(drawer.locator(".moments").get_by_role("img", name="4 of 5, good")).to_be_visible()
    await expect(drawer.locator(".outbox li").first).to_contain_text("sent")


async def test_a_german_browser_gets_a_german_page(talk: SmallTalk, url: str, opened: Open) -> None:
    await talk.say(ANNA, "Wie geht es dir?", (row(*FACES), row("Später")))
    page = await opened(f"{url}/?me=anna", locale="de-AT")
    words = page.get_by_label("An Pebble schreiben")
    await expect(words).to_have_attribute("placeholder", "werktags um 8:30…")
    await expect(page.get_by_role("group", name="Antworten")).to_be_visible()
    await page.get_by_role("button", name="4 von 5, gut").click()
    await expect(page.get_by_role("img", name="4 von 5, gut")).to_be_visible()
    talk.closed = True
    await words.fill("bald")
    await page.get_by_role("button", name="Senden").click()
    await expect(page.get_by_role("status")).to_contain_text("Deine Worte bleiben hier")
    await expect(page.locator(".mine .state")).to_have_text("wartet")
    talk.closed = False
    await expect(page.locator(".mine .state")).to_have_count(0)
    await page.get_by_role("button", name="Vorspulen bis zum nächsten Stupser · Mon 8:30").click()
    await expect(page.get_by_role("status")).to_have_text("Jetzt ist es Sat 22 Nov, 17:42.")
    await page.get_by_role("button", name="Hineinschauen").click()
    await expect(page.get_by_role("dialog", name="Innenansicht")).to_contain_text("Als Nächstes: Mon")


# What the page itself says; what it was told (lines, the drawer's rows, a nudge's time) stands in these places.
SPOKEN = """() => [...document.querySelectorAll("body *")].flatMap((node) => [
  ...[...node.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE
    && !node.matches("noscript, .text, .day, .forward .label, #drawer :is(li, li *, .clock)")),
  ...[...node.attributes].filter(({ name }) => ["aria-label", "title", "placeholder", "alt"].includes(name)),
]).map(({ nodeValue }) => nodeValue.trim()).filter((text) => /[a-z]/i.test(text))"""


async def test_the_page_says_nothing_of_its_own_that_is_not_translated(
    talk: SmallTalk, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wordless(text: str) -> str:
        return re.sub(r"(\{\w+\})|\w", lambda found: found[1] or "~", text)

    voice = Voice.of("eo", write_translation(tmp_path / "locale", "eo", page_texts(), wordless))
    monkeypatch.setattr(Voice, "of", lambda _language: voice)
    await talk.say(ANNA, "1", (row(*FACES), row("2")))
    async with served(talk) as url:
        page = await opened(f"{url}/?me=anna")
        await expect(page.locator(".line")).to_have_count(1)
        await page.locator("#words").fill("3")
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine")).to_have_count(1)
        await page.locator("#open-drawer").click()
        await expect(page.locator(".nudges li")).to_be_visible()
        said = await page.evaluate(SPOKEN)
    assert set(said) == {"Pebble", "Pebble:"}


async def test_outside_the_demo_there_is_no_playground_and_no_fast_forward(opened: Open) -> None:
    talk = SmallTalk(demo=False)
    async with served(talk) as url:
        page = await opened(f"{url}/?me=anna")
        await expect(line(page, "I’m Pebble")).to_be_visible()
        await expect(page.get_by_text("nothing leaves this machine")).to_be_hidden()
        await expect(page.get_by_role("link", name="New person")).to_be_hidden()
        await expect(page.get_by_role("button", name="Fast-forward")).to_have_count(0)
        assert await page.evaluate("document.cookie") == ""
        await page.reload()
        await expect(line(page, "I’m Pebble")).to_have_count(1)


async def test_the_page_stays_at_the_bottom_unless_the_reader_has_scrolled_up(
    talk: SmallTalk, url: str, opened: Open
) -> None:
    for number in range(30):
        await talk.say(ANNA, f"Line {number}")
    page = await opened(f"{url}/?me=anna")
    await expect(line(page, "Line 29")).to_be_in_viewport()
    await talk.say(ANNA, "The newest")
    await expect(line(page, "The newest")).to_be_in_viewport()
    await page.locator("#scroller").evaluate("it => { it.scrollTop = 0 }")
    await expect(line(page, "Line 0")).to_be_in_viewport()
    await talk.say(ANNA, "Unseen yet")
    await expect(page.get_by_role("button", name="Something new")).to_be_visible()
    await expect(line(page, "Unseen yet")).not_to_be_in_viewport()
    await page.get_by_role("button", name="Something new").click()
    await expect(line(page, "Unseen yet")).to_be_in_viewport()


CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = {};
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    found[`${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 20)}`] = (a + 0.05) / (b + 0.05);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(375, 760), (1100, 800), (320, 500)])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
async def test_all_writing_stands_out_and_nothing_sticks_out(
    talk: SmallTalk, url: str, opened: Open, scheme: Scheme, size: tuple[int, int], locale: str
) -> None:
    await talk.say(ANNA, "How are you right now?", (row(*FACES), row("In 15 min", "Not today")), nudge=True)
    page = await opened(f"{url}/?me=anna", width=size[0], height=size[1], scheme=scheme, locale=locale)
    await page.locator("#words").fill("w" * 90)
    await page.keyboard.press("Enter")
    await expect(page.locator(".line")).to_have_count(3)
    await page.locator("#open-drawer").click()
    await expect(page.locator(".nudges li")).to_be_visible()
    contrasts = await page.evaluate(CONTRASTS)
    assert len(contrasts) > 12
    assert {what: ratio for what, ratio in contrasts.items() if ratio < 4.5} == {}
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    sizes = "it => it.map(b => b.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    assert min(await page.get_by_role("button").evaluate_all(sizes)) >= 36
