"""Persons as they are kept, on both databases."""

from sqlalchemy import select

from bot.people.queries import (
    HEARD_EVERY,
    Person,
    find,
    meet,
    note_asked,
    pause,
    resume,
    set_parts,
    set_quiet,
)
from bot.schedules.quiet import DayParts, QuietHours
from bot.speech import Address
from bot.store import Store, Tx
from bot.store.tables import persons
from tests.kit.clock import HandClock

ANNA = Address("memory", "anna")


def met(store: Store) -> Person:
    return store.run_now(lambda tx: meet(tx, ANNA, "en", None))


def looked_up(store: Store) -> Person:
    def work(tx: Tx) -> Person:
        person = find(tx, ANNA)
        assert person is not None
        return person

    return store.run_now(work)


def test_a_new_person_has_a_usual_day_no_quiet_hours_and_no_pause(store: Store, clock: HandClock) -> None:
    anna = met(store)
    assert (anna.quiet, anna.parts, anna.paused(clock.now()), anna.heard_at) == (None, DayParts(), False, clock.now())


def test_a_persons_own_day_is_kept(store: Store) -> None:
    anna = met(store)
    store.run_now(lambda tx: set_quiet(tx, anna.id, QuietHours(1320, 420)))
    store.run_now(lambda tx: set_parts(tx, anna.id, DayParts(evening=1110)))
    assert (looked_up(store).quiet, looked_up(store).parts) == (QuietHours(1320, 420), DayParts(evening=1110))
    store.run_now(lambda tx: set_quiet(tx, anna.id, None))
    assert looked_up(store).quiet is None


def test_a_pause_holds_until_its_end_and_one_without_until_it_is_lifted(store: Store, clock: HandClock) -> None:
    anna, now = met(store), clock.now()
    store.run_now(lambda tx: pause(tx, anna.id, now + 60))
    assert looked_up(store).paused(now + 59)
    assert not looked_up(store).paused(now + 60)
    store.run_now(lambda tx: pause(tx, anna.id))
    assert looked_up(store).paused(now + 10**9)
    store.run_now(lambda tx: resume(tx, anna.id))
    assert not looked_up(store).paused(now)
    assert looked_up(store).paused_until is None


def test_it_is_written_down_at_most_once_an_hour_that_somebody_did_something(store: Store, clock: HandClock) -> None:
    start = clock.now()
    met(store)
    clock.forward(HEARD_EVERY - 1)
    met(store)
    assert looked_up(store).heard_at == start
    clock.forward(1)
    met(store)
    assert looked_up(store).heard_at == start + HEARD_EVERY


def test_a_clock_that_was_set_back_is_followed(store: Store, clock: HandClock) -> None:
    met(store)
    clock.jump(-86_400)
    met(store)
    assert looked_up(store).heard_at == clock.now()


def test_who_was_asked_is_remembered_for_each(store: Store, clock: HandClock) -> None:
    anna = met(store)
    store.run_now(lambda tx: meet(tx, Address("memory", "ben"), "en", None))
    store.run_now(lambda tx: note_asked(tx, [anna.id]))
    store.run_now(lambda tx: note_asked(tx, []))
    asked = store.run_now(lambda tx: list(tx.connection.scalars(select(persons.c.asked_at).order_by(persons.c.id))))
    assert asked == [clock.now(), None]
