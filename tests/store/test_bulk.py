"""Many rows in one statement: whatever stands in them arrives as it was, on either database."""

import pytest
from sqlalchemy import select

from bot.store import Store, Tx
from bot.store.bulk import AT_ONCE, insert_returning, insert_rows
from bot.store.tables import facts, outbox, seen

STRANGE = [
    "plain",
    "",
    "null",
    "NULL",
    "{1,2}",
    "a, b",
    '"quoted"',
    "back\\slash",
    "line\nbreak",
    "tab\there",
    "«Grüße» 🌬️",
    "\x7f\u2028",
    "it's",
    " blanks ",
    "%s %b :name",
]


def test_texts_arrive_as_they_are_alone_and_together(store: Store) -> None:
    def put(tx: Tx) -> None:
        for number, value in enumerate(STRANGE):
            insert_rows(tx, facts, ("name", "value"), [(f"alone {number}", value)], absorb="name")
        together = [(f"together {number}", value) for number, value in enumerate(STRANGE)]
        insert_rows(tx, facts, ("name", "value"), together, absorb="name")

    store.run_now(put)
    found = dict(store.run_now(lambda tx: tx.connection.execute(select(facts.c.name, facts.c.value)).all()))
    for way in ("alone", "together"):
        assert [found[f"{way} {number}"] for number in range(len(STRANGE))] == STRANGE


def test_numbers_booleans_bytes_and_nothing_arrive_as_they_are(store: Store) -> None:
    columns = (
        *("key", "address_id", "moment_id", "op", "priority", "not_before", "deadline"),
        *("body", "sealed", "state", "created_at"),
    )

    def put(tx: Tx) -> list[int]:
        tx.connection.exec_driver_sql("INSERT INTO addresses (id, platform, chat) VALUES (1, 'memory', 'a')")
        rows = [
            (None, 1, None, "new", 5, 0, 2**40, b"\x00\xff\\\"'{}", True, "waiting", 1),
            ("x", 1, 2**50, "new", 0, -1, 1, None, False, "waiting", 2),
        ]
        made = insert_returning(tx, outbox, columns, rows, absorb="key", returning=("id",))
        assert insert_returning(tx, outbox, columns, rows[1:], absorb="key", returning=("id",)) == []
        return [row.id for row in made]

    made = store.run_now(put)
    rows = store.run_now(lambda tx: list(tx.connection.execute(select(outbox).order_by(outbox.c.id))))
    assert sorted(made) == [row.id for row in rows]
    assert [tuple(getattr(row, name) for name in columns) for row in rows] == [
        (None, 1, None, "new", 5, 0, 2**40, b"\x00\xff\\\"'{}", True, "waiting", 1),
        ("x", 1, 2**50, "new", 0, -1, 1, None, False, "waiting", 2),
    ]


def test_it_is_told_how_many_were_new(store: Store) -> None:
    def put(tx: Tx, keys: list[str]) -> int:
        return insert_rows(tx, seen, ("key", "at"), [(key, 1) for key in keys], absorb="key")

    assert store.run_now(lambda tx: put(tx, ["a", "b", "b"])) == 2
    assert store.run_now(lambda tx: put(tx, ["b", "c"])) == 1
    assert store.run_now(lambda tx: put(tx, [])) == 0


@pytest.mark.parametrize("count", [AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE, 3 * AT_ONCE + 7])
def test_each_of_many_arrives_once_however_many_they_are(store: Store, count: int) -> None:
    rows = [(f"row {number}", number) for number in range(count)]

    def put(tx: Tx) -> tuple[int, int]:
        known = rows[:: AT_ONCE - 1]  # some in each statement
        return (
            insert_rows(tx, seen, ("key", "at"), known, absorb="key"),
            insert_rows(tx, seen, ("key", "at"), rows, absorb="key"),
        )

    known, new = store.run_now(put)
    assert (known, known + new) == (len(rows[:: AT_ONCE - 1]), count)
    assert store.run_now(lambda tx: sorted(tx.connection.execute(select(seen)).all())) == sorted(rows)
