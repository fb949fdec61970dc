"""How far thanks travelled, reckoned in plain Python beside what the database counts; long chains; what is not read."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.gratitude.queries import way_to
from bot.gratitude.ripple import (
    Counts,
    Node,
    counts_of,
    newest_sent,
    nodes_of,
    passed_on,
    was_passed_on,
    words_of,
)
from bot.people.queries import Person
from bot.store import Store, Tx
from tests.kit.chains import entangled, lay_down, line, people
from tests.kit.statements import statements

DAY = 86_400
Link = dict[str, Any]


def travelled(rows: list[Link], me: int) -> list[Link]:
    """Return what has been accepted and was not withheld from this person."""
    return [
        row for row in rows if row["accepted_at"] is not None and not (row["withheld"] and row["receiver_id"] == me)
    ]


def steps_below(rows: list[Link], me: int) -> dict[int, int]:
    """Return the person's own links and what came of them, with how many steps each is away from the person."""
    steps: dict[int, int] = {}
    for row in travelled(rows, me):
        if row["sender_id"] == me:
            steps[row["id"]] = 1
        elif row["parent_id"] in steps:
            steps[row["id"]] = steps[row["parent_id"]] + 1
    return steps


def reckoned(rows: list[Link], me: int) -> Counts:
    steps = steps_below(rows, me)
    counted = [row for row in rows if row["id"] in steps]
    if not counted:
        return Counts()
    reached = {(row["chain_id"], row["receiver_number"]): row["receiver_id"] for row in counted}
    times = [row["accepted_at"] for row in counted]
    return Counts(
        sentences=len(counted),
        people=len({place if who is None else who for place, who in reached.items() if who != me}),
        depth=max(steps.values()),
        languages=sorted({row[f"{who}_language"] for row in counted for who in ("sender", "receiver")}),
        days=(max(times) - min(times)) // DAY + 1,
    )


def seen(rows: list[Link], me: int) -> list[Node]:
    steps = steps_below(rows, me)
    chains = {row["chain_id"] for row in rows if row["sender_id"] == me}
    got = {
        row["id"]
        for row in travelled(rows, me)
        if row["receiver_id"] == me and row["brought_at"] is not None and row["chain_id"] in chains
    }
    shown = [row for row in rows if row["id"] in steps or row["id"] in got]
    place = {row["id"]: number for number, row in enumerate(shown)}
    return [Node(row["id"], place.get(row["parent_id"]), row["sender_id"] == me or row["id"] in got) for row in shown]


def came_of(rows: list[Link], me: int, link_id: int) -> int:
    came = {link_id}
    for row in travelled(rows, me):
        if row["parent_id"] in came:
            came.add(row["id"])
    return len(came) - 1


@pytest.mark.parametrize("seed", range(3))
def test_the_database_counts_what_plain_reckoning_counts(store: Store, seed: int) -> None:
    everybody = people(store)
    rows = entangled(seed, 120, everybody)
    lay_down(store, rows)
    for one in everybody:
        own = [row["id"] for row in travelled(rows, one.id) if row["sender_id"] == one.id]
        to_others = [row["id"] for row in rows if row["id"] in own and row["receiver_id"] != one.id]

        def look(tx: Tx, one: Person = one, own: list[int] = own) -> tuple[Any, ...]:
            return (
                counts_of(tx, one),
                nodes_of(tx, one, 500),
                was_passed_on(tx, one),
                newest_sent(tx, one, 8),
                dict(passed_on(tx, one, own)),
            )

        right = reckoned(rows, one.id)
        assert store.run_now(look) == (
            right,
            seen(rows, one.id),
            right.depth > 1,
            to_others[:-9:-1],
            {number: came_of(rows, one.id, number) for number in own},
        )


def test_only_ones_own_words_are_there_whatever_is_asked_for(store: Store) -> None:
    everybody = people(store)
    rows = entangled(7, 60, everybody)
    lay_down(store, rows)
    for one in everybody:
        with statements(store) as said:
            words = store.run_now(lambda tx, one=one: words_of(tx, one, range(1, 61)))  # type: ignore[misc]
        assert len([statement for statement in said if "SELECT" in statement]) == 2  # the links, and all names at once
        for row in rows:
            sent = row["sender_id"] == one.id
            got = row["receiver_id"] == one.id and row["brought_at"] is not None and not sent
            if row["accepted_at"] is not None and (
                (sent and not (row["withheld"] and row["receiver_id"] == one.id)) or got
            ):
                assert (words[row["id"]].got, words[row["id"]].sentence) == (got, f"Sentence {row['id']}.")
            else:
                assert row["id"] not in words


def test_what_nobody_has_passed_on_was_not(store: Store) -> None:
    one, *_ = people(store)
    lay_down(store, line(1, one))
    assert store.run_now(lambda tx: (counts_of(tx, one).depth, was_passed_on(tx, one))) == (1, False)


def test_of_a_long_chain_everything_counts_and_the_nearest_is_drawn(store: Store) -> None:
    one, *_ = people(store)
    lay_down(store, line(700, one))
    found, nodes = store.run_now(lambda tx: (counts_of(tx, one), nodes_of(tx, one, 50)))
    assert (found.sentences, found.people, found.depth) == (700, 700, 700)
    assert [node.link_id for node in nodes] == list(range(1, 52))
    assert [node.parent for node in nodes] == [None, *range(50)]


def test_of_very_many_own_links_the_newest_are_drawn(store: Store) -> None:
    everybody = people(store)
    rows = entangled(3, 200, everybody)
    lay_down(store, rows)
    one = everybody[0]
    nodes = store.run_now(lambda tx: nodes_of(tx, one, 10))
    own = [node.link_id for node in nodes if node.mine]
    assert own == [node.link_id for node in seen(rows, one.id) if node.mine][-10:]
    assert all(node.parent is not None for node in nodes if not node.mine)
    assert len(nodes) <= 20


@pytest.mark.parametrize("look", [counts_of, was_passed_on, lambda tx, one: nodes_of(tx, one, 50)])
def test_looking_how_far_it_went_reads_no_words(store: Store, look: Callable[[Tx, Person], Any]) -> None:
    one, *_ = people(store)
    lay_down(store, line(5, one))
    with statements(store) as said:
        store.run_now(lambda tx: look(tx, one))
    assert 0 < len([statement for statement in said if "links" in statement]) <= 2
    assert "sealed" not in " ".join(said)


def test_who_is_on_the_way_to_a_link_is_asked_for_once_however_long_the_way_is(store: Store) -> None:
    one, two, *_ = people(store)
    rows = line(300, one)
    rows[299]["receiver_id"] = two.id
    lay_down(store, rows)
    with statements(store) as said:
        assert store.run_now(lambda tx: way_to(tx, 300)) == {one.id, two.id}
        assert store.run_now(lambda tx: way_to(tx, 299)) == {one.id}
    assert len([statement for statement in said if "links" in statement]) == 2
