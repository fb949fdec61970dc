"""One row for each bad or odd input: a kind line that says what to do, nothing stored wrongly, no exception.

Every row runs on both databases: PostgreSQL refuses characters that SQLite takes.
"""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.schedules.rules import Times
from bot.speech import Address, File, Incoming, Kind
from bot.store import Keyring, Store
from bot.store.tables import addresses, persons
from tests.flows.looking import DAY, make_known, moments_of, nudges_of, payload, position_of
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, migrated_file
from tests.kit.talk import KEPT_LINE, Friend, House
from tests.kit.thanks import all_links, invite, letters, meet, pass_on, token_of

EMPTY = "That arrived empty. Say it again in a few words?"
LONG = "That is more than I can keep in one piece. Would you send me its heart, in up to 4,000 characters?"
FEW_WORDS = "A few words are enough, like “feeding the cat”. What is it?"
NO_TIME = "I can’t read a time in that yet. Try “8:30” or “weekdays 8:30”, or tap one together."
HELPFUL = "I only know small things, but I’m here. What would help right now?"
OLD = "That button has done its part. /now begins a new moment, /nudges shows what is set."
NOTED = "Already noted, thank you."

_names = (f"friend-{n}" for n in itertools.count(1))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all rows, each with people of its own."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").database()
    else:
        folder: Path = tmp_path_factory.mktemp("crowded")
        url = f"sqlite:///{migrated_file(folder)}"
    clock = HandClock()
    store = Store(url, clock, Keyring([KEY]))
    yield House(store, clock)
    store.close()


@pytest.fixture
def friend(crowded: House) -> Friend:
    return crowded.person(next(_names))


async def at_the_cue(friend: Friend) -> None:
    await friend.command("start")
    await friend.tap("One slow breath")


async def at_the_time(friend: Friend) -> None:
    await at_the_cue(friend)
    await friend.tap("Coffee")


async def at_evening_joy(friend: Friend) -> None:
    await friend.begin("Evening joy")


SCHEDULES = [
    ("25:00", None),
    ("24:00", None),
    ("7:60", None),
    ("noon-ish", None),
    ("*/1 * * * *", None),
    ("every 0 minutes", None),
    ("every -5 days", None),
    ("every 1 second", None),
    ("31 Feb", None),
    ("29 Feb yearly", None),
    ("9999-12-31", None),
    ("year 9999", None),
    ("1e309", None),
    ("9" * 4000, None),
    ("٠٧:٣٠", "7:30"),
    ("７：３０", "7:30"),
    ("7.30pm", "19:30"),
    ("02:30", "02:30"),
]


def minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


@pytest.mark.parametrize(("typed", "understood"), SCHEDULES, ids=[typed[:20] for typed, _ in SCHEDULES])
async def test_a_time_is_understood_or_asked_for_again(friend: Friend, typed: str, understood: str | None) -> None:
    await at_the_time(friend)
    before = position_of(friend)
    await friend.send(typed)
    if understood is None:
        assert friend.newest.text == NO_TIME
        assert position_of(friend) == before
        await friend.send("8:30")
        understood = "8:30"
    await friend.tap("Yes")
    assert f" {understood}, Fri {understood}" in friend.newest.text
    assert nudges_of(friend)[0].rule.minutes == Times((minutes(understood),))


ZONES = [
    ("EST5EDT", "04:00"),
    ("Pacific/Apia", "22:00"),
    ("Europe/Kyiv", "11:00"),
    ("Europe/Kiev", "11:00"),
    ("Australia/Lord_Howe", "20:00"),
    # What is no zone is as good as no hint: London, from the language.
    ("GMT+25", "9:00"),
    ("../../etc/passwd", "9:00"),
    ("IST", "9:00"),
    ("", "9:00"),
    ("Factory", "9:00"),
    ("Europe/Berlin\0", "9:00"),
    ("\ud800", "9:00"),
    ("A" * 10_000, "9:00"),
]


@pytest.mark.parametrize(("hint", "shown"), ZONES, ids=[repr(hint)[:24] for hint, _ in ZONES])
async def test_a_hinted_zone_is_used_when_it_is_one_and_left_aside_when_not(
    crowded: House, hint: str, shown: str
) -> None:
    friend = crowded.person(next(_names), zone=hint)
    await at_the_time(friend)
    await friend.tap("8:30")
    assert friend.newest.text == f"Is it {shown} where you are?"
    await friend.tap("Yes")
    assert len(nudges_of(friend)) == 1


TEXTS: dict[str, tuple[str, str | None]] = {
    # name: (what is written, what is kept of it or None when a kind line asks for something else)
    "empty": ("", None),
    "spaces": (" \n\t ", None),
    "zero-width only": ("\u200b\u200d\ufeff\u2060", None),
    "only Hangul fillers": ("\u3164 \u1160\uffa0", None),
    "only empty Braille": ("\u2800", None),
    "only what is not assigned": ("\u2065\ufff0\U000e0080", None),
    "a Hangul filler among words": ("tea\u3164time", "tea\u3164time"),
    "only NUL": ("\0\0", None),
    "only a lone surrogate": ("\ud83d", None),
    "only combining marks": ("\u0301\u0300", None),
    "only an RTL override": ("\u202e", None),
    "4,097 characters": ("a" * 4097, None),
    "4,096 emoji": ("🌱" * 4096, None),
    "RTL override": ("\u202eevil", "evil"),
    "isolate left open": ("\u2067tea", "tea"),
    "right-to-left text": ("قهوة \u200fالصباح", "قهوة \u200fالصباح"),
    "zalgo": ("t" + "\u0300\u0316\u0340" * 6 + "ea", "t" + "\u0300\u0316\u0340" * 6 + "ea"),
    "NUL": ("te\0a", "tea"),
    "lone surrogate": ("te\ud800a", "tea"),
    "ZWJ family": ("👩‍👩‍👧‍👦 breakfast", "👩‍👩‍👧‍👦 breakfast"),
    "unclosed tag": ("<b>tea", "<b>tea"),
    "script": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "mention in Markdown": ("[x](tg://user?id=1)", "[x](tg://user?id=1)"),
    "everyone": ("@everyone", "@everyone"),
    "formula": ('=HYPERLINK("http://x.example","y")', '=HYPERLINK("http://x.example","y")'),
    "format string": ("{0.__class__} {text} %s", "{0.__class__} {text} %s"),
    "SQL quote": ("Robert'); DROP TABLE persons;--", "Robert'); DROP TABLE persons;--"),
    "backslashes": ("\\u0000 \\N{BULLET} \\", "\\u0000 \\N{BULLET} \\"),
    "200 newlines": ("a" + "\n" * 200 + "b", "a" + "\n" * 200 + "b"),
    "URL over two lines": ("https://exam\nple.org", "https://exam\nple.org"),
    "homoglyph domain": ("pаypal.example", "pаypal.example"),
    "escape sequence": ("\x1b[31mred", "\x1b[31mred"),
}
rows = pytest.mark.parametrize(("written", "kept"), TEXTS.values(), ids=TEXTS)


def kind_line(written: str) -> str:
    return LONG if len(written) > 4000 else EMPTY


@rows
async def test_as_a_cue_it_is_kept_in_one_line_or_asked_for_again(
    friend: Friend, written: str, kept: str | None
) -> None:
    await at_the_cue(friend)
    before = position_of(friend)
    await friend.send(written)
    if kept is None:
        assert friend.newest.text == kind_line(written)
        assert position_of(friend) == before
        return
    cue = " ".join(kept.split())
    for answer in ("8:30", "yes"):
        await friend.send(answer)
    assert friend.newest.text.startswith("Set: ")
    assert nudges_of(friend)[0].cue_words == cue
    await friend.command("nudges")
    assert f"\n{cue}, on weekdays at 8:30." in friend.newest.text


@rows
async def test_as_a_time_it_is_asked_for_again(friend: Friend, written: str, kept: str | None) -> None:
    await at_the_time(friend)
    before = position_of(friend)
    await friend.send(written)
    assert friend.newest.text == (NO_TIME if kept is not None else kind_line(written))
    assert position_of(friend) == before


@rows
async def test_as_an_answer_it_is_kept_as_written_or_asked_for_again(
    friend: Friend, written: str, kept: str | None
) -> None:
    await at_evening_joy(friend)
    await friend.send(written)
    (moment,) = moments_of(friend)
    assert moment.words == kept
    assert friend.newest.text in (friend.house.catalogue["evening-joy"].did if kept else [kind_line(written)])


@rows
async def test_outside_any_conversation_it_gets_one_helpful_line(
    friend: Friend, written: str, kept: str | None
) -> None:
    await friend.house.receive(
        Incoming(
            friend.house.next_key(), Address("memory", friend.name), Kind.TEXT, written, language="en", keep_words=True
        )
    )
    assert friend.said == [KEPT_LINE, HELPFUL if kept is not None else kind_line(written)]


@rows
async def test_behind_a_command_and_as_a_command_it_does_no_harm(
    friend: Friend, written: str, kept: str | None
) -> None:
    address = Address("memory", friend.name)
    for name, rest in (("help", written), (written, "")):
        await friend.house.receive(
            Incoming(friend.house.next_key(), address, Kind.COMMAND, name, rest, language=written, keep_words=True)
        )
    assert friend.said[1].startswith("I nudge you at the times you chose.")
    assert friend.said == [KEPT_LINE, friend.said[1], HELPFUL]


async def test_a_cue_that_is_too_long_is_asked_for_in_fewer_words(friend: Friend) -> None:
    await at_the_cue(friend)
    await friend.send("a" * 61)
    assert friend.newest.text == FEW_WORDS
    await friend.send("a" * 60)
    assert friend.newest.text.startswith("About what time")


async def test_four_thousand_characters_are_still_kept(friend: Friend) -> None:
    await at_evening_joy(friend)
    await friend.send("🌱" * 4000)
    assert moments_of(friend)[0].words == "🌱" * 4000


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "did",
        "1:did:0:",
        "1:did:999999999999999999:",
        "1:did:9223372036854775808:",
        "1:own:1:'; DROP TABLE moments",
        "1:remove:999999:",
        "1:undo:0:",
        "1:time:-1:",
        "1:flow:1:",
        "1:now:0:no-such-thing",
        "1:now:0:99999999999999999999999999",
        "1:menu:0:shutdown",
        "2:did:1:",
        "x" * 65,
        "\0",
        "\ud800",
        "{0.__class__}",
    ],
)
@pytest.mark.parametrize("message", [None, "1", "999999999", "x" * 64])
async def test_a_forged_button_is_an_old_one(friend: Friend, forged: str, message: str | None) -> None:
    make_known(friend)
    shown = await friend.tap_payload(forged, message)
    assert (shown.toast, friend.inbox, moments_of(friend)) == (OLD, [], [])


async def test_another_persons_button_is_an_old_one(friend: Friend, crowded: House) -> None:
    await at_evening_joy(friend)
    other = crowded.person(next(_names))
    assert (await other.tap_payload(payload(friend.newest, "Did it"), friend.newest.id)).toast == OLD
    assert moments_of(friend)[0].answer is None


async def test_the_same_button_twenty_times_at_once_is_one_answer(friend: Friend) -> None:
    await at_evening_joy(friend)
    said, count = friend.newest, len(friend.inbox)
    events = [friend.event(Kind.TAP, payload(said, "Did it"), message=said.id) for _ in range(20)]
    shown = await asyncio.gather(*map(friend.house.door.receive, events))
    await friend.house.pump.settle()
    assert sorted(one.toast for one in shown) == ["", *[NOTED] * 19]
    assert len(friend.inbox) == count + 1


async def test_put_off_twenty_times_at_once_is_put_off_once(friend: Friend) -> None:
    await at_evening_joy(friend)
    said = friend.newest
    events = [friend.event(Kind.TAP, payload(said, "In 15 min"), message=said.id) for _ in range(20)]
    shown = await asyncio.gather(*map(friend.house.door.receive, events))
    assert sorted(one.toast for one in shown) == [*[NOTED] * 19, "In 15 minutes, then."]
    assert moments_of(friend)[0].attempt == 1


async def test_ten_first_messages_at_once_meet_one_person(friend: Friend) -> None:
    events = [friend.event(Kind.COMMAND, "help") for _ in range(10)]
    await asyncio.gather(*map(friend.house.door.receive, events))
    await friend.house.pump.settle()
    assert len(friend.inbox) == 11
    places, people, orphans = friend.house.store.run_now(
        lambda tx: (
            tx.connection.scalar(select(func.count()).where(addresses.c.chat == friend.name)),
            tx.connection.scalar(select(func.count()).select_from(persons)),
            tx.connection.scalar(select(func.count()).where(persons.c.id.not_in(select(addresses.c.person_id)))),
        )
    )
    assert (places, orphans) == (1, 0)
    assert people


FILES = {
    # Nothing is fetched: the platform's id and the length are all that is kept, so no note is too long or too large.
    "a voice note of two hours": ("voice", 7200, "🎤 120:00"),
    "a voice note of unknown length": ("voice", None, "🎤"),
    "a voice note of no length": ("voice", 0, "🎤 0:00"),
    "a photo of over 20 MB": ("photo", None, "🖼"),
}


@pytest.mark.parametrize(("kind", "seconds", "shown"), FILES.values(), ids=FILES)
async def test_a_file_is_an_answer_whatever_its_size_and_is_shown_again(
    friend: Friend, kind: str, seconds: int | None, shown: str
) -> None:
    await at_evening_joy(friend)
    await friend.send_file(kind, "its-id", seconds)
    assert friend.newest.text in friend.house.catalogue["evening-joy"].did
    assert moments_of(friend)[0].answer == kind
    await friend.command("moments")
    assert friend.newest.text.endswith(f"\n{shown}")
    await friend.tap("1")
    assert friend.newest.file == File("memory", kind, "its-id", seconds)


async def test_a_sticker_is_no_answer_and_the_question_stays_open(friend: Friend) -> None:
    await at_evening_joy(friend)
    await friend.send("", Kind.OTHER)
    assert friend.newest.text == "I can’t take that in yet. A few written words or a tap work well."
    await friend.send("The first frost")
    assert moments_of(friend)[0].words == "The first frost"


@rows
async def test_below_a_photo_it_is_kept_as_written_or_left_out(friend: Friend, written: str, kept: str | None) -> None:
    await at_evening_joy(friend)
    await friend.send_file("photo", "its-id", caption=written)
    found = moments_of(friend)[0].words
    assert found == (kept if kept is not None or len(written) < 4000 else written[:4000])
    await friend.command("moments")
    await friend.tap("1")
    assert friend.newest.labels == ["Change", "Hide", "Delete"]


@rows
async def test_as_other_words_for_a_moment_it_is_kept_as_written_or_asked_for_again(
    friend: Friend, written: str, kept: str | None
) -> None:
    await at_evening_joy(friend)
    await friend.send("The first frost")
    await friend.command("moments")
    for label in ("1", "Change"):
        await friend.tap(label)
    await friend.send(written)
    assert moments_of(friend)[0].words == (kept if kept is not None else "The first frost")
    if kept is None:
        assert friend.newest.text == kind_line(written)
    await friend.command("jar")
    await friend.command("moments")
    assert friend.newest.labels == ["1", "By practice"]


async def test_a_button_a_year_old_is_an_old_one(friend: Friend, crowded: House) -> None:
    await at_evening_joy(friend)
    said = friend.newest
    crowded.clock.jump(366 * DAY)
    assert (await friend.tap_payload(payload(said, "Did it"), said.id)).toast == OLD
    assert moments_of(friend)[0].answer is None
    crowded.clock.jump(-366 * DAY)


async def test_a_repeated_event_is_handled_once(friend: Friend) -> None:
    event = friend.event(Kind.COMMAND, "help", key=f"memory:repeated:{friend.name}")
    await asyncio.gather(*(friend.house.door.receive(event) for _ in range(20)))
    await friend.house.receive(event)
    assert len(friend.inbox) == 2


async def test_events_out_of_order_are_each_handled(friend: Friend) -> None:
    for n in (9, 5, 7):
        await friend.send("hello", key=f"memory:update:{friend.name}:{n}")
    assert friend.said == [KEPT_LINE] + [HELPFUL] * 3


# Thanks between people

CONTACT = "That reads like a link, an address or a number"
CLOSED = "This invitation doesn’t open, or not any more. Whoever gave it to you can make a new one."
LEADS_AWAY = {"mention in Markdown", "everyone", "formula", "URL over two lines", "homoglyph domain"}
thanks = pytest.mark.parametrize(
    ("written", "kept", "travels"), [(*row, name not in LEADS_AWAY) for name, row in TEXTS.items()], ids=TEXTS
)


async def at_the_sentence(friend: Friend) -> None:
    await friend.command("thanks")
    await friend.send("Bea")


@thanks
async def test_as_a_sentence_of_thanks_it_travels_in_one_line_or_is_asked_for_again(
    friend: Friend, written: str, kept: str | None, travels: bool
) -> None:
    await at_the_sentence(friend)
    before = position_of(friend)
    await friend.send(written)
    if kept is None or not travels:
        assert friend.newest.text.startswith(CONTACT if kept is not None else kind_line(written))
        assert position_of(friend) == before
        return
    await friend.send("Anna")
    assert f"“{' '.join(kept.split())}”" in friend.said[-2] + friend.said[-1]
    assert friend.newest.labels == ["Send", "Change", "Keep private"]


@thanks
async def test_as_a_name_it_is_taken_or_asked_for_again(
    friend: Friend, written: str, kept: str | None, travels: bool
) -> None:
    await at_the_sentence(friend)
    await friend.send("I like how you wait.")
    before = position_of(friend)
    await friend.send(written)
    if friend.newest.labels == ["Send", "Change", "Keep private"]:
        assert kept is not None
        assert travels
        assert f"From {' '.join(kept.split())}:" in friend.said[-2] + friend.said[-1]
    else:
        assert position_of(friend) == before
        assert friend.newest.text


DISGUISED = {
    "spread letters": "e x a m p l e . c o m",
    "brackets": "example[.]com",
    "a dot in words": "ann at web punkt de",
    "small capitals": "ᴛ.ᴍᴇ/ann",
    "another alphabet": "ехаmрlе.сом",
    "an ending of another alphabet": "пример.онлайн",
    "a name on a platform": "my insta is ann_b",
    "figures in circles": "⓿❶❼❶❷❸❹❺",
    "figures in words": "null eins sieben eins zwei drei vier",
    "figures one by one": "0*1*7*1*2*3*4*5",
}
ORDINARY = {
    "a date": "Danke für den 24.12. 2024 um 18:30.",
    "an abbreviation": "Dziękuję m.in. za herbatę, z.B. heute usw. und so.",
    "a gap before the full stop": "Merci . Je pense à toi.",
    "no gap behind it": "Danke.Du bist da.",
}
HELD = {
    "an insult in spread letters": "You are an i d i o t",
    "an insult in figures": "You 1d10t",
    "an insult in another alphabet": "You idiоt",
    "a threat": "I know where you live",
}


@pytest.mark.parametrize("written", DISGUISED.values(), ids=DISGUISED)
async def test_a_contact_in_disguise_is_asked_for_again_as_a_sentence_and_as_a_name(
    friend: Friend, written: str
) -> None:
    await at_the_sentence(friend)
    await friend.send(f"Thank you, {written}")
    assert friend.newest.text.startswith(CONTACT)
    await friend.send("I like how you wait.")
    await friend.send(written)
    assert friend.newest.text == "Just a name, without links, addresses or numbers. What do they call you?"


@pytest.mark.parametrize("written", ORDINARY.values(), ids=ORDINARY)
async def test_what_only_looks_like_a_contact_travels(friend: Friend, written: str) -> None:
    await at_the_sentence(friend)
    await friend.send(written)
    await friend.send("Anna")
    assert friend.newest.labels == ["Send", "Change", "Keep private"]


@pytest.mark.parametrize("written", HELD.values(), ids=HELD)
async def test_a_word_that_hurts_is_held_also_in_disguise(friend: Friend, written: str) -> None:
    await at_the_sentence(friend)
    await friend.send(written)
    await friend.send("Anna")
    assert friend.newest.labels == ["Yes, as it is", "Write it anew", "Keep private"]


TOKENS = {
    "guessed": "A" * 22,
    "too long for a deep link": "A" * 65,
    "of another alphabet": "٠" * 22,
    "NUL": "\0" * 22,
    "lone surrogate": "\ud800" * 22,
    "quote": "' OR token_hash <> '",
    "a hash in place of a token": "0" * 64,
    "format string": "{0.__class__}",
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("command", ["start", "accept"])
async def test_a_guessed_token_opens_nothing(friend: Friend, command: str, token: str) -> None:
    await friend.command(command, token)
    assert "has a sentence of thanks for you" not in "".join(friend.said)
    assert friend.said
    assert letters(friend) == []


async def invited(friend: Friend, to: str = "Bea") -> str:
    """Write to somebody new and return the token of the link."""
    await invite(friend, to)
    return token_of(friend)


async def test_the_sixth_guess_within_an_hour_opens_nothing_even_when_it_is_right(
    friend: Friend, crowded: House
) -> None:
    token, other = await invited(friend), crowded.person(next(_names))
    for guess in range(5):
        await other.command("start", f"{guess}" * 22)
        assert other.newest.text == CLOSED
    await other.command("start", token)
    assert other.newest.text == "The last few codes didn’t fit. I take new ones again in an hour."


async def test_inviting_oneself_leads_nowhere(friend: Friend) -> None:
    token = await invited(friend)
    for command in ("start", "accept"):
        await friend.command(command, token)
        assert friend.newest.text == "That is your own invitation. It is for the one you wrote to."
    assert "has a sentence of thanks for you" not in "".join(friend.said)


async def test_an_invitation_cycle_begins_a_chain_of_its_own(friend: Friend, crowded: House) -> None:
    second, third = crowded.person(next(_names)), crowded.person(next(_names))
    before = len(all_links(crowded))
    await meet(friend, second)
    await pass_on(second, third, "To the third.")
    await pass_on(third, friend, "Back to the first.")
    first, _, last = all_links(crowded)[before:]
    assert (last.parent_id, last.depth) == (None, 1)
    assert last.chain_id != first.chain_id


async def test_an_invitation_is_accepted_once_however_often_it_is_tapped(friend: Friend, crowded: House) -> None:
    token, other = await invited(friend), crowded.person(next(_names))
    await other.command("start", token)
    said = other.newest
    events = [other.event(Kind.TAP, payload(said, "Accept"), message=said.id) for _ in range(20)]
    await asyncio.gather(*map(crowded.door.receive, events))
    await crowded.pump.settle()
    assert len(letters(other)) == 1
    await other.command("start", token)
    assert other.newest.text == CLOSED


async def test_erasing_in_mid_chain_leaves_the_others_their_chain(friend: Friend, crowded: House) -> None:
    second, third = crowded.person(next(_names)), crowded.person(next(_names))
    before = len(all_links(crowded))
    await meet(friend, second)
    await pass_on(second, third, "To the third.")
    await third.tap("Pass it on")
    await second.command("delete")
    for label in ("Delete everything", "Yes, delete it all"):
        await second.tap(label)
    await third.send("Fourth")
    await third.send("Onward.")
    await third.send("Third")
    await third.tap("Send")
    one, two, three = all_links(crowded)[before:]
    assert [link.parent_id for link in (one, two, three)] == [None, one.id, two.id]
    assert (one.receiver_id, two.sender_id, two.sealed_by_receiver) == (None, None, None)
    assert letters(third)[0] != "To the third."
