"""What is said, as the outbox stores it."""

from bot.speech import Button, Outgoing

SHARE = "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fpebble%3Fstart%3Dabc"


def test_buttons_of_both_kinds_are_read_back() -> None:
    said = Outgoing("Here.", ((Button("Did it", "1:did:7:"), Button("Share", url=SHARE)),))
    assert Outgoing.from_dict(said.to_dict()) == said
    assert said.to_dict()["rows"] == [[["Did it", "1:did:7:"], ["Share", "", SHARE]]]


def test_what_was_stored_before_is_still_read() -> None:
    stored = {"text": "Here.", "rows": [[["Did it", "1:did:7:"]]]}
    assert Outgoing.from_dict(stored).rows == ((Button("Did it", "1:did:7:"),),)
