"""Thanks, pass on, mute, block, report, pause, erase and join in any order: the rules hold whatever happens before."""

import itertools
import json
import shutil
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.event import listen

from bot.flows.my_data import PARTS
from bot.gratitude import invitations, pass_on, queries, reports
from bot.gratitude.invitations import Invitation, Keys
from bot.gratitude.pass_on import Sent, Sentence
from bot.gratitude.ripple import ripple_of
from bot.gratitude.rules import A_DAY, LIFE, Refusal
from bot.gratitude.standing import marks_of
from bot.people.joining import join, part
from bot.people.queries import Person, find, meet, pause, resume, set_name
from bot.people.standing import Mark, What, counted_before, keep
from bot.privacy.erase import erase
from bot.privacy.export import collect
from bot.speech import Address
from bot.store import Keyring, Store, Tx
from bot.store.tables import acquaintances, links, metadata, outbox, persons, suspensions
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, migrated_file

NAMES = ("anna", "bea", "carl", "dora", "emil")
HOUR, DAY = 3600, 86_400
CANARY = "canary"
some = st.sampled_from(NAMES)
Found = TypeVar("Found")


class Thanks(RuleBasedStateMachine):
    """Five chats. What is right is looked up in the tables before each step, and the step has to agree."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self._texts = itertools.count(1)
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "pebble.db"
        shutil.copy(self.template, path)
        self.clock = HandClock()
        self.store = Store(f"sqlite:///{path}", self.clock, Keyring([KEY]))
        listen(self.store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        self.keys: list[Keys] = []
        self.brought: set[int] = set()
        self.shown_at_once: set[int] = set()

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def do(self, work: Callable[[Tx], Found]) -> Found:
        return self.store.run_now(work)

    def person(self, tx: Tx, name: str) -> Person:
        found = meet(tx, Address("memory", name), "de" if name == "dora" else "en", "Europe/Berlin")
        if found.name is None:
            set_name(tx, found, name.title())
            found = find(tx, Address("memory", name)) or found
        return found

    @initialize()
    def move_in(self) -> None:
        """Begin with a chain from the first to the last, so that there is something to pass on, mute and report."""
        for sender, receiver in pairwise(NAMES):
            self.do(lambda tx, pair=(sender, receiver): self._befriend(tx, *pair))  # type: ignore[misc]

    def _befriend(self, tx: Tx, sender: str, receiver: str) -> None:
        one, other = self.person(tx, sender), self.person(tx, receiver)
        sent = pass_on.send(tx, one, Sentence("The first.", receiver.title(), None, self._last_received(tx, one)))
        assert isinstance(sent, Sent)
        assert sent.keys is not None
        found = invitations.open_invitation(tx, other, sent.keys.token)
        assert isinstance(found, Invitation)
        came = pass_on.accept(tx, other, found)
        assert came is not None
        assert not isinstance(came, int)
        self.shown_at_once.add(came.id)

    # What people do

    @rule(sender=some, text=st.text(min_size=1, max_size=40))
    def invite(self, sender: str, text: str) -> None:
        def work(tx: Tx) -> None:
            person = self.person(tx, sender)
            right = self._refusal(tx, person, None, None)
            result = pass_on.send(tx, person, Sentence(text, "Somebody"))
            assert (result if isinstance(result, Refusal) else None) == right
            if isinstance(result, Sent) and result.keys:
                self.keys.append(result.keys)

        self.do(work)

    @precondition(lambda self: self.keys)
    @rule(name=some, number=st.integers(0, 30), by_code=st.booleans())
    def accept(self, name: str, number: int, by_code: bool) -> None:
        keys = self.keys[number % len(self.keys)]

        def work(tx: Tx) -> None:
            person = self.person(tx, name)
            found = invitations.open_invitation(tx, person, keys.code if by_code else keys.token)
            if not isinstance(found, Invitation):
                return
            _, _, blocked = queries.stance(tx, person.id, found.sender_id)
            assert found.sender_id != person.id
            assert not blocked
            assert not reports.is_suspended(tx, found.sender_id)
            came = pass_on.accept(tx, person, found)
            assert came is not None
            assert queries.stance(tx, person.id, found.sender_id)[0]
            assert queries.stance(tx, found.sender_id, person.id)[0]
            if not isinstance(came, int):
                self.shown_at_once.add(came.id)
            # Used once.
            assert not isinstance(invitations.open_invitation(tx, person, keys.token), Invitation)

        self.do(work)

    @rule(sender=some, receiver=some, passes_on=st.booleans(), text=st.text(min_size=1, max_size=40))
    def thank(self, sender: str, receiver: str, passes_on: bool, text: str) -> None:
        def work(tx: Tx) -> None:
            one, other = self.person(tx, sender), self.person(tx, receiver)
            parent = self._last_received(tx, one) if passes_on else None
            right = self._refusal(tx, one, other.id, parent)
            said = f"{CANARY} {next(self._texts)} of {sender}: {text}"
            result = pass_on.send(tx, one, Sentence(said, receiver.title(), other.id, parent))
            assert (result if isinstance(result, Refusal) else None) == right
            if isinstance(result, Sent):
                pass_on.sweep(tx)
                link = tx.connection.execute(select(links).where(links.c.id == result.link_id)).one()
                blocked = queries.stance(tx, other.id, one.id)[2]
                assert link.withheld == blocked
                assert (link.sealed_by_receiver is None) == blocked

        self.do(work)

    @rule(name=some)
    def pass_back(self, name: str) -> None:
        """A chain does not go back to where it came from, however often somebody tries."""

        def work(tx: Tx) -> None:
            person = self.person(tx, name)
            number = self._last_received(tx, person)
            link = queries.received(tx, number, person) if number else None
            if link is None or link.sender_id is None:
                return
            right = self._refusal(tx, person, link.sender_id, link.id)
            assert right is not None
            assert pass_on.send(tx, person, Sentence("Back.", link.name, link.sender_id, link.id)) == right

        self.do(work)

    @rule(name=some, other=some, on=st.booleans())
    def mute(self, name: str, other: str, on: bool) -> None:
        self._stand(name, other, lambda tx, person, who: queries.set_muted(tx, person, who, on))
        if not on:
            self.do(lambda tx: pass_on.let_in(tx, self.person(tx, name)))

    @rule(name=some, other=some, on=st.booleans())
    def block(self, name: str, other: str, on: bool) -> None:
        self._stand(name, other, lambda tx, person, who: queries.set_blocked(tx, person, who, on))

    def _stand(self, name: str, other: str, change: Callable[[Tx, Person, int], None]) -> None:
        def work(tx: Tx) -> None:
            one, two = self.person(tx, name), self.person(tx, other)
            if queries.stance(tx, one.id, two.id)[0]:
                change(tx, one, two.id)

        self.do(work)

    @rule(name=some, shows=st.booleans())
    def report(self, name: str, shows: bool) -> None:
        def work(tx: Tx) -> None:
            person = self.person(tx, name)
            number = self._last_received(tx, person)
            link = queries.received(tx, number, person) if number else None
            if link is not None and link.sender_id not in (None, person.id):
                reports.report(tx, person, link, shows=shows)
                queries.set_blocked(tx, person, link.sender_id or 0, True)

        self.do(work)

    @rule(name=some)
    def lift(self, name: str) -> None:
        self.do(lambda tx: reports.lift(tx, self.person(tx, name).id))

    @rule(name=some, word=st.sampled_from(("heart", "day")))
    def answer(self, name: str, word: str) -> None:
        def work(tx: Tx) -> None:
            person = self.person(tx, name)
            number = self._last_received(tx, person)
            link = queries.received(tx, number, person) if number else None
            if link is not None:
                assert pass_on.answer(tx, person, link, word) == (link.answer is None)

        self.do(work)

    @rule(name=some, days=st.sampled_from((0, 1, 9)))
    def pause(self, name: str, days: int) -> None:
        self.do(lambda tx: pause(tx, self.person(tx, name).id, tx.now + days * DAY if days else None))

    @rule(name=some)
    def resume(self, name: str) -> None:
        def work(tx: Tx) -> None:
            resume(tx, self.person(tx, name).id)
            pass_on.let_in(tx, self.person(tx, name))

        self.do(work)

    @rule(one=some, other=some)
    def join(self, one: str, other: str) -> None:
        def work(tx: Tx) -> None:
            first, second = self.person(tx, one), self.person(tx, other)
            if first.id == second.id:
                return
            strict = self._blocks(tx, {first.id, second.id})
            suspended = any(reports.is_suspended(tx, who) for who in (first.id, second.id))
            stays = join(tx, first.id, second.id)
            assert {who for who in self._blocks(tx, {stays}) if who not in (first.id, second.id)} == strict
            assert reports.is_suspended(tx, stays) == suspended

        self.do(work)

    @rule(name=some)
    def part(self, name: str) -> None:
        def work(tx: Tx) -> None:
            person = self.person(tx, name)
            before = set(marks_of(tx, person))
            part(tx, person, person.address_id, before)
            assert set(marks_of(tx, self.person(tx, name))) == before

        self.do(work)

    @rule(name=st.sampled_from(NAMES[3:]))
    def erase(self, name: str) -> None:
        """Everything goes, in the middle of whatever is under way; each chain keeps its place and numbers."""

        def work(tx: Tx) -> tuple[int, set[Mark]]:
            person = self.person(tx, name)
            before = self._pebbles(tx)
            texts = self._sent_texts(tx, person)
            marks = marks_of(tx, person)
            keep(tx, person.id, marks)
            erase(tx, person.id, PARTS)
            after = self._pebbles(tx)
            assert {number: before[number] for number in after} == after
            left = tx.connection.execute(select(links).where(links.c.id.in_(before))).all()
            gone = before.keys() - after.keys()
            assert all(number not in {row.parent_id for row in left} for number in gone)
            for other in NAMES:
                found = find(tx, Address("memory", other))
                if found is not None:
                    given = json.dumps(collect(tx, found, str, PARTS), ensure_ascii=False)
                    assert not [text for text in texts if text in given]
            return person.id, {mark for mark in marks if mark.what is not What.MUTED}

        number, marks = self.do(work)
        self.do(lambda tx: self._nobody_names(tx, number))
        assert set(self.do(lambda tx: marks_of(tx, self.person(tx, name)))) == marks, "coming back sheds nothing"

    def _pebbles(self, tx: Tx) -> dict[int, tuple[Any, ...]]:
        """Return each link's place and numbers."""
        names = ("chain_id", "parent_id", "depth", "sender_number", "receiver_number", "accepted_at", "day")
        return {
            row.id: tuple(getattr(row, name) for name in names) for row in tx.connection.execute(select(links)).all()
        }

    def _sent_texts(self, tx: Tx, person: Person) -> list[str]:
        """Return what only this person has sent, as long as it can be told from what else there is."""
        rows = tx.connection.execute(select(links.c.sealed_by_sender).where(links.c.sender_id == person.id)).all()
        return [text for row in rows if (text := person.seal.open_json(bytes(row[0]))["sentence"]).startswith(CANARY)]

    def _nobody_names(self, tx: Tx, number: int) -> None:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if any(key.column.table is persons for key in column.foreign_keys):
                    assert tx.connection.execute(select(column).where(column == number)).first() is None, column

    @rule(hours=st.sampled_from((1, 7, 24, 100)))
    def let_time_pass(self, hours: int) -> None:
        target = self.clock.now() + hours * HOUR
        while True:
            due = self.do(pass_on.next_due)
            self.clock.forward_to(min(target, max(due or target, self.clock.now())))
            self.do(pass_on.sweep)
            if self.clock.now() >= target:
                return

    # What must hold

    @invariant()
    def nothing_comes_that_should_not(self) -> None:
        def work(tx: Tx) -> None:
            for link in tx.connection.execute(select(links).where(links.c.brought_at.is_not(None))).all():
                if link.id in self.brought:
                    continue
                self.brought.add(link.id)
                assert not link.withheld
                assert link.brought_at <= link.accepted_at + LIFE
                if link.receiver_id is None or link.id in self.shown_at_once:
                    continue
                rows = tx.connection.execute(select(outbox.c.id).where(outbox.c.key == f"thanks:{link.id}")).all()
                assert len(rows) == 1
                _, muted, blocked = queries.stance(tx, link.receiver_id, link.sender_id)
                row = tx.connection.execute(select(persons).where(persons.c.id == link.receiver_id)).one()
                hour = (link.brought_at // HOUR + 1) % 24  # Berlin in winter
                assert not muted
                assert not blocked
                assert row.paused_at is None or (row.paused_until or tx.now + 1) <= link.brought_at
                assert 8 <= hour < 22

        self.do(work)

    @invariant()
    def chains_are_trees_and_seals_open(self) -> None:
        def work(tx: Tx) -> None:
            rows = {row.id: row for row in tx.connection.execute(select(links)).all()}
            keys = dict(tx.connection.execute(select(persons.c.id, persons.c.key_id)).all())
            for row in rows.values():
                parent = rows.get(row.parent_id)
                assert row.depth == (parent.depth + 1 if parent else 1)
                assert parent is None or parent.chain_id == row.chain_id
                for who, sealed in ((row.sender_id, row.sealed_by_sender), (row.receiver_id, row.sealed_by_receiver)):
                    if who is not None and sealed is not None:
                        assert tx.keys.seal(keys[who]).open_json(bytes(sealed))["sentence"]

        self.do(work)

    @invariant()
    def nobody_sees_more_than_their_own(self) -> None:
        def work(tx: Tx) -> None:
            for name in NAMES:
                person = find(tx, Address("memory", name))
                if person is None:
                    continue
                found = ripple_of(tx, person)
                assert all(
                    node.mine or (node.sentence, node.sender, node.receiver) == (None,) * 3 for node in found.nodes
                )
                assert all(node.parent is None or node.parent < place for place, node in enumerate(found.nodes))

        self.do(work)

    # What is right, looked up another way

    def _refusal(self, tx: Tx, sender: Person, receiver: int | None, parent: int | None) -> Refusal | None:
        """Return what the rules say, from the tables alone."""
        suspended = tx.connection.execute(
            select(suspensions.c.person_id).where(
                suspensions.c.person_id == sender.id, suspensions.c.lifted_at.is_(None)
            )
        ).first()
        if suspended:
            return Refusal.SUSPENDED
        if receiver == sender.id:
            return Refusal.SELF
        if receiver is not None:
            accepted = select(acquaintances.c.accepted_at).where(
                acquaintances.c.person_id == receiver, acquaintances.c.other_id == sender.id
            )
            if tx.connection.scalar(accepted) is None:
                return Refusal.STRANGER
            if receiver in self._way(tx, parent):
                return Refusal.RING
        today = queries.date_of(tx, sender).isoformat()
        mine = tx.connection.execute(select(links).where(links.c.sender_id == sender.id, links.c.day == today)).all()
        if len(mine) + counted_before(tx, sender.id) >= A_DAY:
            return Refusal.ENOUGH
        return Refusal.TODAY if receiver and any(row.receiver_id == receiver for row in mine) else None

    def _way(self, tx: Tx, link_id: int | None) -> set[int | None]:
        rows = {row.id: row for row in tx.connection.execute(select(links)).all()}
        met: set[int | None] = set()
        while link_id in rows:
            met |= {rows[link_id].sender_id, rows[link_id].receiver_id}
            link_id = rows[link_id].parent_id
        return met

    def _last_received(self, tx: Tx, person: Person) -> int | None:
        found: Any = tx.connection.scalar(
            select(links.c.id)
            .where(links.c.receiver_id == person.id, links.c.brought_at.is_not(None), links.c.withheld.is_(False))
            .order_by(links.c.id.desc())
            .limit(1)
        )
        return int(found) if found is not None else None

    def _blocks(self, tx: Tx, people: set[int]) -> set[int]:
        """Return whom these have blocked, and who has blocked them, but each other."""
        rows = tx.connection.execute(select(acquaintances).where(acquaintances.c.blocked_at.is_not(None))).all()
        near = {row.other_id for row in rows if row.person_id in people}
        return (near | {row.person_id for row in rows if row.other_id in people}) - people


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    Thanks.template = migrated_file(tmp_path_factory.mktemp("thanks"))


TestThanks = Thanks.TestCase
TestThanks.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
