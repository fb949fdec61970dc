"""What a button carries: read back exactly, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.speech import Button, Op, Outgoing, Payload, read_payload
from bot.speech.payload import LONGEST

payloads = st.builds(
    Payload,
    verb=st.from_regex(r"[a-z][a-z-]{0,15}", fullmatch=True),
    row=st.integers(0, 10**18 - 1),
    choice=st.from_regex(r"[a-z0-9_.=+-]{0,20}", fullmatch=True),
)


@given(payloads)
def test_a_payload_comes_back_as_it_went_out_and_fits_into_a_button(payload: Payload) -> None:
    written = str(payload)
    assert read_payload(written) == payload
    assert len(written.encode()) <= LONGEST


@pytest.mark.parametrize(
    "written",
    [
        "",
        "did",
        "1:did",
        "1:did:7",
        "0:did:7:",
        "2:did:7:",
        "1:did:-7:",
        "1:did:7:x:y",
        "1:did:9223372036854775808:",
        "1:did:٧:",
        "1:Did:7:",
        "1::7:",
        "1:did:7:\0",
        "1:did:7:\n",
        "\n1:did:7:",
        "1:did:7:'; DROP TABLE persons; --",
        "1:did:7:{0.__class__}",
        "1:did:7:" + "x" * 57,
        "1:" + "a" * 17 + ":7:",
        "x" * 65,
        "1:did:7:" + "x" * 10_000,
        "\ud800",
    ],
)
def test_a_forged_or_damaged_payload_is_none(written: str) -> None:
    assert read_payload(written) is None


@given(st.text(max_size=70))
def test_no_text_breaks_the_reader(written: str) -> None:
    payload = read_payload(written)
    assert payload is None or read_payload(str(payload)) == payload


@pytest.mark.parametrize(
    "payload", [Payload("Did"), Payload("did", -1), Payload("did", 10**18), Payload("did", 1, "x" * 57), Payload("")]
)
def test_a_payload_that_could_not_be_read_back_is_never_written(payload: Payload) -> None:
    with pytest.raises(ValueError, match="not a payload"):
        str(payload)


@pytest.mark.parametrize(
    "said",
    [
        Outgoing(),
        Outgoing("Hello <b> {0.__class__} 👩‍👩‍👧"),
        Outgoing("Hello", ((Button("Yes", "1:did:7:"), Button("No", "1:no:7:")), (Button("Later", "1:later:7:"),))),
        Outgoing("Hello", chosen="Yes", silent=True, nudge=True),
        Outgoing(chosen="Yes", op=Op.EDIT),
    ],
)
def test_a_message_comes_back_from_the_outbox_as_it_was_put_there(said: Outgoing) -> None:
    assert Outgoing.from_dict(said.to_dict(), said.op) == said
