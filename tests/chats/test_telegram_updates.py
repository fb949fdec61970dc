"""From Telegram's JSON to what happened."""

import json
from typing import Any

import pytest

from bot.chats.telegram_updates import read_update, skip_key, split_updates, tap_id
from bot.speech import Address, File, Incoming, Kind

ANN: dict[str, Any] = {"id": 11, "is_bot": False, "first_name": "Ann", "language_code": "de"}
ANNS = {"id": 11, "type": "private", "first_name": "Ann"}
FAMILY = {"id": -20, "type": "group", "title": "Family"}
KEY = "telegram:update:7"
HOME = Address("telegram", "11")
GROUP = Address("telegram", "-20")


def message(chat: dict[str, Any] = ANNS, **parts: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {"message_id": 5, "date": 1, "chat": chat, "from": ANN} | parts}


def tap(**parts: Any) -> dict[str, Any]:
    where = {"message_id": 5, "date": 1, "chat": ANNS}
    query = {"id": "40", "from": ANN, "chat_instance": "1", "message": where, "data": "1:did:9:"}
    return {"update_id": 7, "callback_query": query | parts}


def member(chat: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    status = [{"user": {"id": 1, "is_bot": True}, "status": name} for name in (before, after)]
    change = {
        "chat": chat,
        "from": ANN,
        "date": 1,
        "old_chat_member": status[0],
        "new_chat_member": status[1],
    }
    return {"update_id": 7, "my_chat_member": change}


def from_ann(kind: Kind, text: str = "", rest: str = "", **parts: Any) -> Incoming:
    return Incoming(KEY, HOME, kind, text, rest, language="de", **parts)


def from_group(kind: Kind, text: str = "", rest: str = "") -> Incoming:
    return Incoming(KEY, GROUP, kind, text, rest, language="de", private=False)


def note(seconds: int | None) -> File:
    return File("telegram", "voice", "x", seconds)


PHOTO = {"file_id": "AgAC-x_9", "width": 1280, "height": 800, "file_size": 30_000_000}

HAPPENED: dict[str, tuple[dict[str, Any], Incoming]] = {
    "a text": (message(text="hello"), from_ann(Kind.TEXT, "hello")),
    "a text with NUL and half a character": (message(text="a\0\ud800"), from_ann(Kind.TEXT, "a\0\ud800")),
    "a command": (message(text="/start"), from_ann(Kind.COMMAND, "start")),
    "a command with words": (message(text="/Start  a b\nc"), from_ann(Kind.COMMAND, "start", "a b\nc")),
    "a command to it": (message(text="/help@Pebble_Bot x"), from_ann(Kind.COMMAND, "help", "x")),
    "a lone slash": (message(text="/"), from_ann(Kind.COMMAND)),
    "a voice note": (message(voice={"file_id": "x", "duration": 7}), from_ann(Kind.VOICE, file=note(7))),
    # Only its id and its length are kept, never a byte, so neither is too long or too large.
    "a voice note of two hours": (
        message(voice={"file_id": "x", "duration": 7200}),
        from_ann(Kind.VOICE, file=note(7200)),
    ),
    "a voice note of over 20 MB": (
        message(voice={"file_id": "x", "duration": 60, "file_size": 21 * 1024 * 1024}),
        from_ann(Kind.VOICE, file=note(60)),
    ),
    "music": (message(audio={"file_id": "x"}, caption="hm"), from_ann(Kind.VOICE, "hm", file=note(None))),
    "a photo": (message(photo=[{"file_id": "x"}]), from_ann(Kind.PHOTO, file=File("telegram", "photo", "x"))),
    "a photo with words": (
        message(
            photo=[PHOTO | {"file_id": "s", "width": 90}, PHOTO, PHOTO | {"file_id": "m", "width": 320}],
            caption="the sea",
        ),
        from_ann(Kind.PHOTO, "the sea", file=File("telegram", "photo", "AgAC-x_9")),
    ),
    "a sticker": (message(sticker={"file_id": "x"}), from_ann(Kind.OTHER)),
    "a file": (message(document={"file_size": 30_000_000}), from_ann(Kind.OTHER)),
    "a place": (message(location={"latitude": 1.5, "longitude": 2}), from_ann(Kind.LOCATION, "1.5,2")),
    "a place with a name": (
        message(venue={}, location={"latitude": -0.25, "longitude": 179.5}),
        from_ann(Kind.LOCATION, "-0.25,179.5"),
    ),
    "a round video": (message(video_note={}), from_ann(Kind.OTHER)),
    "no language": (
        {"update_id": 7, "message": {"chat": ANNS, "from": {"id": 11, "is_bot": False}, "text": "x"}},
        Incoming(KEY, HOME, Kind.TEXT, "x"),
    ),
    "a tap": (tap(), from_ann(Kind.TAP, "1:did:9:", message="5")),
    "a tap on a message that is too old": (
        tap(message={"message_id": 5, "date": 0, "chat": ANNS}),
        from_ann(Kind.TAP, "1:did:9:", message="5"),
    ),
    "a tap without its message": (tap(message=None), from_ann(Kind.TAP, "1:did:9:")),
    "a tap without data": (tap(data=""), from_ann(Kind.TAP, "", message="5")),
    "a tap in a group": (
        tap(message={"message_id": 5, "chat": FAMILY}),
        Incoming(KEY, GROUP, Kind.TAP, "1:did:9:", message="5", language="de", private=False),
    ),
    "a block": (member(ANNS, "member", "kicked"), from_ann(Kind.LEFT)),
    "an unblock": (member(ANNS, "kicked", "member"), from_ann(Kind.BACK)),
    "added to a group": (member(FAMILY, "left", "member"), from_group(Kind.OTHER)),
    "a group's command": (message(FAMILY, text="/start@pebble_bot"), from_group(Kind.COMMAND, "start")),
    "a group's command to nobody": (message(FAMILY, text="/help me"), from_group(Kind.COMMAND, "help", "me")),
    "a group that became a supergroup": (
        {"update_id": 7, "message": {"message_id": 5, "chat": FAMILY, "migrate_to_chat_id": -100_20}},
        Incoming(KEY, GROUP, Kind.MOVED, "-10020", private=False),
    ),
}

NOTHING: dict[str, dict[str, Any]] = {
    "group chatter": message(FAMILY, text="dinner?"),
    "a picture in a group": message(FAMILY, photo=[]),
    "a group's command to another bot": message(FAMILY, text="/start@other_bot"),
    "a service message": message(pinned_message={"message_id": 1}),
    "a new member": message(FAMILY, new_chat_members=[ANN]),
    "the new end of a supergroup": message(FAMILY, migrate_from_chat_id=-5),
    "thrown out of a group": member(FAMILY, "member", "kicked"),
    "made an administrator": member(FAMILY, "member", "administrator"),
    "added to a channel": member(FAMILY | {"type": "channel"}, "left", "administrator"),
    "a post in a channel": {"update_id": 7, "channel_post": {"message_id": 1, "text": "x"}},
    "a channel as chat": message(FAMILY | {"type": "channel"}, text="/start"),
    "an edited message": {"update_id": 7, "edited_message": message(text="x")["message"]},
    "no sender": {"update_id": 7, "message": {"message_id": 5, "chat": ANNS, "text": "x"}},
    "a bot": message(text="/start", **{"from": ANN | {"is_bot": True}}),
    "a bot that taps": tap(**{"from": ANN | {"is_bot": True}}),
    "an anonymous admin": message(FAMILY, text="/start", sender_chat=FAMILY),
    "an anonymous admin by id": message(FAMILY, text="/start", **{"from": {"id": 1087968824, "is_bot": False}}),
    "something new": {"update_id": 7, "telepathy": {}},
}

MALFORMED: dict[str, object] = {
    "a list": [],
    "a place that is none": message(location={"latitude": "52", "longitude": True}),
    "a place without a point": message(location=[]),
    "a voice note without an id": message(voice={"duration": 7}),
    "a voice note whose id is an address": message(voice={"file_id": "https://a.example/x", "duration": 7}),
    "a voice note whose id is a path": message(voice={"file_id": "/etc/passwd", "duration": 7}),
    "a voice note whose id is too long": message(voice={"file_id": "x" * 251, "duration": 7}),
    "a voice note of minus one second": message(voice={"file_id": "x", "duration": -1}),
    "a voice note of true seconds": message(voice={"file_id": "x", "duration": True}),
    "a voice note that is a list": message(voice=[]),
    "a photo without sizes": message(photo=[], caption="the sea"),
    "a photo that is an object": message(photo={"file_id": "x"}),
    "a photo whose size is a number": message(photo=[{"file_id": "x"}, 5]),
    "a photo as wide as a text": message(photo=[{"file_id": "x", "width": "90"}]),
    "a photo without an id": message(photo=[{"width": 90, "height": 90}]),
    "nothing": None,
    "a text": "update",
    "bytes": b'{"update_id": 7, "message"',
    "an empty object": {},
    "no number": {"message": message()["message"]},
    "a number that is a text": {"update_id": "7"},
    "a number that is true": {"update_id": True},
    "a negative number": {"update_id": -7},
    "a number of 2^63": {"update_id": 2**63},
    "a fraction": {"update_id": 7.5},
    "a message that is a list": {"update_id": 7, "message": []},
    "no chat": {"update_id": 7, "message": {"text": "x", "from": ANN}},
    "a chat of 2^63": message({"id": 2**63, "type": "private"}, text="x"),
    "a chat that is a text": message({"id": "11", "type": "private"}, text="x"),
    "a sender that is a number": message() | {"message": {"chat": ANNS, "from": 11, "text": "x"}},
    "a sender of 2^63": message(text="x", **{"from": ANN | {"id": 2**63}}),
    "a text that is a number": message(text=5),
    "a tap from nobody": tap(**{"from": None}),
    "a tap with a list as data": tap(data=[]),
    "a tap on message 2^63": tap(message={"message_id": 2**63, "chat": ANNS}),
    "a tap whose message is a text": tap(message="5"),
    "membership without a status": {"update_id": 7, "my_chat_member": {"chat": ANNS, "from": ANN}},
    "moved to a text": message(FAMILY, migrate_to_chat_id="-5"),
}


@pytest.mark.parametrize("name", HAPPENED)
def test_an_update_says_what_happened(name: str) -> None:
    update, expected = HAPPENED[name]
    assert read_update(update, "pebble_bot") == expected


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_not_meant_for_pebble_is_left_alone(name: str) -> None:
    assert read_update(NOTHING[name], "pebble_bot") is None


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_update_is_told_in_words_that_quote_nothing(name: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z_ JSON]{1,80}$"):
        read_update(MALFORMED[name])
    assert skip_key(MALFORMED[name]).startswith(("telegram:update:7", "telegram:unreadable:"))


def test_a_group_command_counts_while_the_own_name_is_unknown() -> None:
    assert read_update(message(FAMILY, text="/start@pebble_bot")) is not None


def test_only_a_tap_has_something_to_acknowledge() -> None:
    assert tap_id(tap()) == "40"
    others: list[object] = [message(text="x"), [], None, tap(id=40), {"callback_query": []}]
    assert [tap_id(update) for update in others] == [None] * len(others)


def test_a_damaged_answer_is_read_update_by_update() -> None:
    deep = b'{"update_id": 2, "message": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    tricky = {"update_id": 3, "text": 'a "quote", \\ ]}, and [more'}
    pieces = [b'{"update_id": 1}', deep, json.dumps(tricky).encode(), b"[]", b'{"update_id": 4, oh}']
    answer = b'{"ok":true,"result": [' + b", ".join(pieces) + b"]}"
    assert split_updates(answer) == [{"update_id": 1}, deep, tricky, [], pieces[-1]]
    assert skip_key(deep) == "telegram:update:2"


@pytest.mark.parametrize("answer", [b"", b"<html>", b'{"ok":true}', b'{"result":5}'])
def test_an_answer_without_a_list_stays_unread(answer: bytes) -> None:
    assert split_updates(answer) is None


def test_a_broken_off_answer_gives_what_is_whole() -> None:
    assert split_updates(b'{"result":[{"update_id": 1},{"update_id": 2, "mess') == [{"update_id": 1}]
    assert split_updates(b'{"result":[]') == []


def test_an_unreadable_update_always_gets_the_same_key() -> None:
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    assert skip_key([]) == skip_key([]) != skip_key({})
    assert skip_key(deep).startswith("telegram:unreadable:")
