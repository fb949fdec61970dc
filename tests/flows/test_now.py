"""/now is one message that is redrawn: it leads to every practice, and back."""

from dataclasses import replace

import pytest

import bot.door
from bot.flows.book import BOOK
from bot.flows.fitting import fitting
from bot.flows.sections import by_day, lasting
from bot.flows.visit import Command
from bot.nudges.own import Own, create
from bot.people.queries import note_low
from bot.texts import Voice
from tests.flows.larger import HELPERS, larger, made
from tests.flows.looking import HOUR, moments_of, nudges_of, payload, person_of, position_of, without
from tests.kit.talk import KEPT_LINE, Friend, House

OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
HOME = "A moment now: the one that fits, or look around."


@pytest.fixture
def full(house: House) -> House:
    """A house with a catalogue of 54 practices."""
    return House(house.store, house.clock, house.chat, larger())


@pytest.fixture
def bea(full: House) -> Friend:
    return full.person("bea")


async def walk(friend: Friend, *labels: str) -> None:
    await friend.command("now")
    for label in labels:
        await friend.tap(label)


async def test_the_menu_begins_with_what_fits_and_lists_the_themes(bea: Friend) -> None:
    await walk(bea)
    assert bea.newest.text == HOME
    first = ["The one that fits", "A few seconds", "A minute", "Hard right now"]
    themes = [f"Theme {n}" for n in range(6)]
    assert bea.newest.labels == [*first, *themes, "By time of day", "By length", "With words"]
    assert len(bea.newest.rows) <= 8


async def test_a_theme_is_leafed_through_in_the_same_message(bea: Friend) -> None:
    await walk(bea, "Theme 3")
    assert bea.said == [KEPT_LINE, bea.newest.text]
    assert bea.newest.text == "Theme 3: which one?"
    assert (len(bea.newest.rows), bea.newest.labels[-2:]) == (8, ["Back", "Next page"])
    first = bea.newest.labels
    await bea.tap("Next page")
    assert (len(bea.newest.rows), bea.newest.labels[-1]) == (3, "Back")
    assert set(bea.newest.labels) & set(first) == {"Back"}
    await bea.tap("Back")
    assert bea.newest.labels == first
    await bea.tap("Back")
    assert bea.newest.text == HOME
    assert bea.said == [KEPT_LINE, bea.newest.text]


async def test_every_practice_is_met_by_theme_by_hour_and_by_length(bea: Friend, full: House) -> None:
    async def leaf() -> set[str]:
        seen = set()
        while True:
            seen |= {label for label in bea.newest.labels if " · " in label}
            assert len(bea.newest.rows) <= 8
            if "Next page" not in bea.newest.labels:
                return seen
            await bea.tap("Next page")

    english = Voice.of("en")
    wanted = {f"{p.icon} {p.title} · {lasting(english, p)}" for p in full.catalogue}
    ways = {
        "": [f"Theme {n}" for n in range(6)],
        "By time of day": ["Morning", "Midday", "Afternoon", "Evening", "Night"],
        "By length": ["Up to 15 s", "Up to 1 min", "Up to 3 min", "Longer"],
    }
    for way, names in ways.items():
        seen = set()
        for name in names:
            await walk(bea, *filter(None, (way, name)))
            seen |= await leaf()
        assert seen == wanted, way


async def test_a_card_says_what_it_is_and_why_and_begins_it(bea: Friend, full: House) -> None:
    await walk(bea, "Theme 0", "One slow breath")
    practice = full.catalogue["one-breath"]
    assert bea.newest.text == f"🌬️ One slow breath\n{practice.why}\nIt takes about 10 s."
    assert bea.newest.labels == ["Begin", "Set a time", "Back"]
    await bea.tap("Back")
    assert bea.newest.text == "Theme 0: which one?"
    await bea.tap("One slow breath")
    await bea.tap("Begin")
    assert (bea.inbox[1].labels, bea.inbox[1].chosen) == ([], "Begin")
    assert bea.newest.nudge
    assert [moment.practice for moment in moments_of(bea)] == ["one-breath"]


async def test_back_from_a_card_leads_to_the_page_and_the_hour_it_came_from(bea: Friend) -> None:
    await walk(bea, "By length", "Up to 1 min", "Next page")
    page = bea.newest.labels
    await bea.tap(page[0])
    assert "Begin" in bea.newest.labels
    await bea.tap("Back")
    assert bea.newest.labels == page
    for text in ("Up to 1 min: which one?", "How long may it be?", HOME):
        await bea.tap("Back")
        assert bea.newest.text == text


async def test_a_time_is_set_from_the_card_with_the_practice_known(bea: Friend) -> None:
    await walk(bea, "Theme 0", "Doorway pause", "Set a time")
    assert bea.newest.text.startswith("What do you already do every day")
    for label in ("Coffee", "9:30", "Yes", "Later"):
        await bea.tap(label)
    assert [nudge.practice for nudge in nudges_of(bea)] == ["doorway-pause"]


async def test_beside_a_first_one_a_time_from_the_card_swaps_it_or_keeps_both(bea: Friend) -> None:
    await bea.sign_up()
    for answer in ("Swap", "Keep both"):
        await walk(bea, "Theme 0", "Doorway pause", "Set a time")
        assert bea.newest.text.endswith("One is plenty to begin with. Swap it, or keep both?")
        await bea.tap(answer)
        if answer == "Swap":
            assert bea.newest.text == "Done. It keeps its times."
            assert [nudge.practice for nudge in nudges_of(bea)] == ["doorway-pause"]
    for label in ("Lunch", "12:30", "Later"):
        await bea.tap(label)
    assert [nudge.practice for nudge in nudges_of(bea)] == ["doorway-pause", "doorway-pause"]


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("An urge", "urge-wave"),
        ("Anxious", "sip-water"),
        ("Overwhelmed", "breath-then-step"),
        ("A calm breath", "three-minute-breath"),
    ],
)
async def test_when_it_is_hard_one_tap_more_begins_what_helps(bea: Friend, label: str, key: str) -> None:
    await walk(bea, "Hard right now")
    assert bea.newest.text == "Thank you for saying so. Which of these comes closest?"
    await bea.tap(label)
    assert [moment.practice for moment in moments_of(bea)] == [key]


async def test_what_helps_with_fear_takes_turns(bea: Friend) -> None:
    for _ in range(3):
        await walk(bea, "Hard right now", "Anxious")
    assert [moment.practice for moment in moments_of(bea)] == ["sip-water", "box-breathing", "sip-water"]


async def test_only_what_is_there_is_offered_when_it_is_hard(anna: Friend, house: House) -> None:
    await walk(anna, "Hard right now")
    there = [label for label in anna.newest.labels if label not in ("People to talk to", "What I keep", "Back")]
    known = [key for key in HELPERS if key in house.catalogue]
    assert bool(there) == bool(known)
    await anna.tap("People to talk to")
    assert "findahelpline.com" in anna.newest.text


async def test_kept_things_and_exchanges_in_words_are_offered_where_there_are_any(
    bea: Friend, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("comfort", "ack", "repair", "voice", "shrink", "own")
    others = {name: command for name, command in BOOK.commands.items() if name not in names}
    monkeypatch.setattr(bot.door, "BOOK", replace(BOOK, commands=others))
    await walk(bea)
    assert "With words" not in bea.newest.labels
    await bea.tap("Hard right now")
    assert "What I keep" not in bea.newest.labels
    there = {name: Command("", lambda visit, n=name: visit.say(f"This is {n}.")) for name in names}  # type: ignore[misc]
    monkeypatch.setattr(bot.door, "BOOK", replace(BOOK, commands={**others, **there}))
    await walk(bea)
    assert len(bea.newest.rows) <= 8
    await walk(bea, "Hard right now", "What I keep")
    assert bea.newest.text == "This is comfort."
    words = ("A quick reply", "Mend something", "A voice note", "Shrink a task", "A moment of my own")
    for label, name in zip(words, names[1:], strict=True):
        await walk(bea, "With words", label)
        assert bea.newest.text == f"This is {name}."
        assert bea.inbox[-2].chosen == label


async def test_practices_of_ones_own_are_a_section(bea: Friend, full: House) -> None:
    await bea.send("hello")
    own = Own("Feed the birds", "A handful for the birds.")
    full.store.run_now(lambda tx: create(tx, person_of(tx, bea), own))
    await walk(bea)
    assert len(bea.newest.rows) <= 8
    await walk(bea, "My own", "Feed the birds")
    assert bea.newest.text == "🌱 Feed the birds\nA handful for the birds.\nIt takes about 1 min."
    await bea.tap("Begin")
    assert bea.newest.text.startswith("🌱 A handful for the birds.")


async def test_a_practice_named_behind_the_command_begins_at_once(bea: Friend) -> None:
    await bea.command("now", "one SLOW breath")
    await bea.command("now", "doorway-pause")
    assert [moment.practice for moment in moments_of(bea)] == ["one-breath", "doorway-pause"]
    await bea.command("now", "something unheard of")
    assert bea.newest.text == HOME


async def test_the_one_that_fits_suits_the_hour(bea: Friend, full: House) -> None:
    for _ in range(3):
        await walk(bea, "The one that fits")
    met = [moment.practice for moment in moments_of(bea)]
    assert len(set(met)) == 3
    for key in met:  # it is ten in the morning
        assert min(abs(minute - 600) for minute in full.catalogue[key].minutes) <= 90
    full.clock.forward(12 * HOUR)
    await walk(bea, "The one that fits")
    late = moments_of(bea)[-1].practice
    assert min(abs(minute - 22 * 60) for minute in full.catalogue[late].minutes) <= 90


async def test_a_hard_day_is_a_gentle_one_until_midnight(bea: Friend, full: House) -> None:
    await bea.send("hello")
    full.store.run_now(lambda tx: note_low(tx, person_of(tx, bea).id, tx.now))
    for label in ("The one that fits", "A few seconds", "A minute") * 4:
        await walk(bea, label)
    assert all(full.catalogue[moment.practice].hard_day for moment in moments_of(bea))
    full.clock.forward(24 * HOUR)
    for _ in range(6):
        await walk(bea, "The one that fits")
    assert not all(full.catalogue[moment.practice].hard_day for moment in moments_of(bea)[-6:])


def test_a_part_of_the_day_begins_with_what_belongs_there_most() -> None:
    catalogue = larger()
    evening = next(section for section in by_day(catalogue) if section.title == "Evening")
    shares = [sum(17 * 60 <= m < 21 * 60 for m in p.minutes) / len(p.minutes) for p in evening.practices]
    assert shares == sorted(shares, reverse=True)
    assert 0 not in shares


def test_what_helps_with_something_particular_is_not_guessed_at() -> None:
    on_demand = made("urge-wave", seconds=90, hour=12, rhythm="on-demand")
    far = made("number-1", seconds=10, hour=23)
    assert fitting([on_demand, far], {}, 12 * 60, gentle=False) == far
    assert fitting([on_demand], {}, 12 * 60, gentle=True) == on_demand
    assert fitting([], {}, 0, gentle=False) is None


def test_nearness_goes_around_midnight() -> None:
    near = [made(f"number-{n}", seconds=10, hour=23) for n in range(3)]
    far = [made(f"number-{n}", seconds=10, hour=12) for n in range(3, 6)]
    assert fitting([*far, *near], {}, 10, gentle=False) == near[0]


async def test_of_the_few_seconds_none_is_long(bea: Friend, full: House) -> None:
    for _ in range(8):
        await walk(bea, "A few seconds")
    assert all(full.catalogue[moment.practice].seconds <= 15 for moment in moments_of(bea))
    await walk(bea, "A minute")
    assert 16 <= full.catalogue[moments_of(bea)[-1].practice].seconds <= 90


@pytest.mark.parametrize(
    "forged", ["browse:0:nowhere", "browse:0:t0", "browse:0:t9.0", "browse:0:t0.99", "see:0:nope=t0.0"]
)
async def test_a_place_that_is_not_there_changes_nothing(bea: Friend, forged: str) -> None:
    await walk(bea)
    before = bea.newest.labels
    shown = await bea.tap_payload(f"1:{forged}", None)
    assert shown.toast == OLD
    assert bea.newest.labels == before


@pytest.mark.parametrize("forged", ["now:0:nope", "plant:0:nope", "both:0:nope", "exchange:1:one-breath", "now:0:"])
async def test_a_practice_that_is_not_there_begins_nothing(bea: Friend, forged: str) -> None:
    await walk(bea)
    assert (await bea.tap_payload(f"1:{forged}", None)).toast == OLD
    assert moments_of(bea) == []
    assert position_of(bea) is None


async def test_a_menu_that_was_used_is_not_drawn_anew(bea: Friend) -> None:
    await walk(bea, "Theme 0", "One slow breath")
    card = bea.newest
    back = payload(card, "Back")
    await bea.tap("Begin")
    assert (await bea.tap_payload(back, card.id)).toast == OLD
    assert bea.inbox[1].labels == []


async def test_a_card_whose_practice_went_away_leads_back(bea: Friend, full: House) -> None:
    await walk(bea, "Theme 0", "One slow breath")
    later = Friend(without(full, "one-breath"), "bea", "en", "Europe/Berlin")
    assert (await later.tap("Begin")).toast == OLD
    await later.tap("Back")
    assert "🌬️ One slow breath · 10 s" not in later.newest.labels
