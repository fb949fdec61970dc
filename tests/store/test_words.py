"""A state is written out where it is asked for, and bound where it is stored."""

import pytest
from sqlalchemy import insert, select

from bot.outbox.states import State
from bot.store.tables import outbox

state = outbox.c.state


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        (state == State.WAITING, "outbox.state = 'waiting'"),
        (state != State.SENDING, "outbox.state != 'sending'"),
        (state.in_((State.SENT, State.DEAD)), "outbox.state IN ('sent', 'dead')"),
        (outbox.alias("other").c.state == State.SENT, "other.state = 'sent'"),
    ],
)
def test_a_state_is_written_out_where_it_is_asked_for(condition: object, written: str) -> None:
    assert str(condition) == written


def test_a_state_is_bound_where_it_is_stored() -> None:
    compiled = insert(outbox).values(state=State.WAITING).compile()
    assert (compiled.params, "'waiting'" in str(compiled)) == ({"state": State.WAITING}, False)


def test_nothing_but_a_word_is_written_out() -> None:
    with pytest.raises(ValueError, match="only a word"):
        select(outbox.c.id).where(state == "waiting' OR 1=1 --")
