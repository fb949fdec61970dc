"""Thanks, pass on, mute, block, report, pause, erase and join in any order: the rules hold whatever happens before."""

import itertools
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import or_, select
from sqlalchemy.event import listen

from bot.flows.my_data import PARTS
from bot.gratitude import answers, invitations, pass_on, queries, reports
from bot.gratitude.invitations import Invitation, Keys
from bot.gratitude.pass_on import Sent, Sentence
from bot.gratitude.ripple import nodes_of, words_of
from bot.gratitude.rules import A_DAY, Refusal
from bot.gratitude.standing import marks_of
from bot.people.joining import join, part
from bot.people.queries import Person, find, meet, pause, resume, set_name, set_zone
from bot.people.standing import Mark, What, counted_before, keep
from bot.privacy.erase import erase
from bot.privacy.export import collect
from bot.schedules.zones import instant, local
from bot.speech import Address
from bot.store import Keyring, Store, Tx
from bot.store.tables import acquaintances, links, metadata, outbox, persons, suspensions
from bot.store.tables import invitations as invitation_rows
from tests.kit.clock import HandClock
from tests.kit.databases import KEY, migrated_file

NAMES = ("anna", "bea", "carl", "dora", "emil")
HOUR, DAY = 3600, 86_400
CANARY = "canary"
ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "Pacific/Honolulu", "America/New_York")
some = st.sampled_from(NAMES)
Found = TypeVar("Found")


class Thanks(RuleBasedStateMachine):
    """Five chats. What is right is looked up in the tables before each step, and the step has to agree."""

    template: ClassVar[Path]
    first: ClassVar[frozenset[int]]
    """The links of the template: a chain from the first to the last, so that there is something to pass on."""

    def __init__(self) -> None:
        super().__init__()
        self._texts = itertools.count(1)
        self._folder = tempfile.TemporaryDirectory()
        shutil.copytree(self.template.parent, self._folder.name, dirs_exist_ok=True)
        self.clock = HandClock()
        self.store = Store(f"sqlite:///{self._folder.name}/{self.template.name}", self.clock, Keyring([KEY]))
        listen(self.store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        self.keys: list[Keys] = []
        self.opened: list[int] = []
        self.brought: set[int] = set(self.first)
        self.shown_at_once: set[int] = set(self.first)
        self.left: Counter[tuple[int, str]] = Counter()
        self.came: Counter[tuple[int, int, str]] = Counter()
        self._seen: list[Any] = []

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def do(self, work: Callable[[Tx], Found]) -> Found:
        return self.store.run_now(work)

    def person(self, tx: Tx, name: str) -> Person:
        return greeted(tx, name)

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
                self._count(tx, person)

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
            self._accept(tx, person, found)
            # Used once.
            assert not isinstance(invitations.open_invitation(tx, person, keys.token), Invitation)

        self.do(work)

    @rule(sender=some, receiver=some, count=st.integers(2, 6))
    def invite_the_same(self, sender: str, receiver: str, count: int) -> None:
        """Several to the same one, who accepts each: they come one a day, and no more than five can leave."""

        def work(tx: Tx) -> None:
            one, other = self.person(tx, sender), self.person(tx, receiver)
            for _ in range(count):
                right = self._refusal(tx, one, None, None)
                result = pass_on.send(tx, one, Sentence("One more.", "Somebody"))
                assert (result if isinstance(result, Refusal) else None) == right
                if isinstance(result, Sent) and result.keys:
                    self._count(tx, one)
                    found = invitations.open_invitation(tx, other, result.keys.token)
                    if isinstance(found, Invitation):
                        self._accept(tx, other, found)

        self.do(work)

    @precondition(lambda self: self.keys)
    @rule(name=some, number=st.integers(0, 30))
    def open_only(self, name: str, number: int) -> None:
        """Look at an invitation, and do something else first."""
        keys = self.keys[number % len(self.keys)]
        found = self.do(lambda tx: invitations.open_invitation(tx, self.person(tx, name), keys.token))
        if isinstance(found, Invitation):
            self.opened.append(found.id)

    @precondition(lambda self: self.opened)
    @rule(name=some, number=st.integers(0, 30))
    def accept_opened(self, name: str, number: int) -> None:
        """Tap what has stood there for a while: its sender may be oneself by now, blocked, suspended or gone."""

        def work(tx: Tx) -> None:
            person = self.person(tx, name)
            found = invitations.opened(tx, person, self.opened[number % len(self.opened)])
            if found is not None:
                self._accept(tx, person, found)

        self.do(work)

    @precondition(lambda self: self.opened)
    @rule(name=some, number=st.integers(0, 30), how=st.sampled_from(("mute", "block", "report")))
    def turn_from_opened(self, name: str, number: int, how: str) -> None:
        """Mute, block or report whoever made it, before anything is accepted."""

        def work(tx: Tx) -> None:
            person = self.person(tx, name)
            found = invitations.opened(tx, person, self.opened[number % len(self.opened)])
            if found is None:
                return
            invitations.note_sender(tx, person, found)
            if how == "mute":
                queries.set_muted(tx, person, found.sender_id, True)
                return
            if how == "report":
                reports.report(tx, person, found.link_id, found.sender_id, shows=False)
            invitations.settle(tx, found)
            queries.set_blocked(tx, person, found.sender_id, True)
            assert invitations.opened(tx, person, found.id) is None

        self.do(work)

    def _accept(self, tx: Tx, person: Person, found: Invitation) -> None:
        _, _, blocked = queries.stance(tx, person.id, found.sender_id)
        assert found.sender_id != person.id
        assert not blocked
        assert not reports.is_suspended(tx, found.sender_id)
        came = pass_on.accept(tx, person, found)
        assert came is not None
        assert queries.stance(tx, person.id, found.sender_id)[0]
        assert queries.stance(tx, found.sender_id, person.id)[0]
        if isinstance(came, int):
            assert came > tx.now
            assert local(person.here, tx.now).date().isoformat() in self._days_of(tx, found.sender_id, person.id)
        else:
            self.shown_at_once.add(came.id)

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
                self._count(tx, one)
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
                reports.report(tx, person, link.id, link.sender_id or 0, shows=shows)
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
                assert answers.answer(tx, link, word) == (link.answer is None)

        self.do(work)

    @rule(name=some, days=st.sampled_from((0, 1, 9)))
    def pause(self, name: str, days: int) -> None:
        def work(tx: Tx) -> None:
            pause(tx, self.person(tx, name).id, tx.now + days * DAY if days else None)
            pass_on.let_in(tx, self.person(tx, name))

        self.do(work)

    @rule(name=some)
    def resume(self, name: str) -> None:
        """What has waited comes, one of each sender; where it is night, in the morning."""

        def work(tx: Tx) -> None:
            resume(tx, self.person(tx, name).id)
            person = self.person(tx, name)
            pass_on.let_in(tx, person)
            for link in self._waiting(tx):
                if link.receiver_id == person.id and self._is_heard(tx, link):
                    came_today = local(person.here, tx.now).date().isoformat() in self._days_of(
                        tx, link.sender_id, person.id
                    )
                    assert link.due_at > tx.now
                    assert came_today or not self._is_day(person.here, tx.now)

        self.do(work)

    @rule(name=some, zone=st.sampled_from(ZONES))
    def travel(self, name: str, zone: str) -> None:
        def work(tx: Tx) -> None:
            set_zone(tx, self.person(tx, name).id, zone)
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
            self._sheds_nothing(before, marks_of(tx, self.person(tx, name)))

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
        self._sheds_nothing(marks, self.do(lambda tx: marks_of(tx, self.person(tx, name))))

    def _sheds_nothing(self, before: Iterable[Mark], after: Iterable[Mark]) -> None:
        """The same marks, and none for a shorter time: only the midnight of another zone can be later."""
        had = {(mark.what, mark.person_id, mark.number): mark.ends_at for mark in before}
        has = {(mark.what, mark.person_id, mark.number): mark.ends_at for mark in after}
        assert had.keys() == has.keys()
        assert all(has[each] >= ends_at for each, ends_at in had.items())

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
    def rules_hold(self) -> None:
        self.do(self._look)

    def _look(self, tx: Tx) -> None:
        rows = list(tx.connection.execute(select(links).order_by(links.c.id)).all())
        for link in rows:
            if link.brought_at is not None and link.id not in self.brought:
                self.brought.add(link.id)
                self._nothing_came_that_should_not(tx, link)
        for link in self._waiting(tx):
            assert link.due_at is not None or not self._is_heard(tx, link), "it waits for nothing, for ever"
        if rows != self._seen:  # the same links look the same to everybody
            self._seen = rows
            self._chains_are_trees_and_seals_open(tx, {row.id: row for row in rows})
            self._nobody_sees_more_than_their_own(tx)

    def _count(self, tx: Tx, sender: Person) -> None:
        """One has left: at most five on a date of its sender's."""
        place = (sender.id, local(sender.here, tx.now).date().isoformat())
        self.left[place] += 1
        assert self.left[place] <= A_DAY

    def _nothing_came_that_should_not(self, tx: Tx, link: Any) -> None:
        assert not link.withheld
        assert link.brought_at <= link.lives_until
        if link.receiver_id is None:
            return
        row = tx.connection.execute(select(persons).where(persons.c.id == link.receiver_id)).one()
        zone = row.zone or "Europe/Berlin"
        assert link.for_day == local(zone, link.brought_at).date().isoformat()
        place = (link.sender_id, link.receiver_id, link.for_day)
        self.came[place] += 1
        assert self.came[place] == 1, "one of a sender on a receiver's day"
        if link.id in self.shown_at_once:
            return
        rows = tx.connection.execute(select(outbox).where(outbox.c.key == f"thanks:{link.id}")).all()
        assert [row.deadline for row in rows] == [link.lives_until]
        assert not queries.stance(tx, link.receiver_id, link.sender_id)[2]
        assert not self._is_muted(tx, link)
        assert row.paused_at is None or (row.paused_until or tx.now + 1) <= link.brought_at
        assert self._is_day(zone, link.brought_at)

    def _chains_are_trees_and_seals_open(self, tx: Tx, rows: dict[int, Any]) -> None:
        keys = dict(tx.connection.execute(select(persons.c.id, persons.c.key_id)).all())
        for row in rows.values():
            parent = rows.get(row.parent_id)
            assert row.depth == (parent.depth + 1 if parent else 1)
            assert parent is None or parent.chain_id == row.chain_id
            for who, sealed in ((row.sender_id, row.sealed_by_sender), (row.receiver_id, row.sealed_by_receiver)):
                if who is not None and sealed is not None:
                    assert tx.keys.seal(keys[who]).open_json(bytes(sealed))["sentence"]

    def _nobody_sees_more_than_their_own(self, tx: Tx) -> None:
        for name in NAMES:
            person = find(tx, Address("memory", name))
            if person is None:
                continue
            nodes = nodes_of(tx, person, 500)
            words = words_of(tx, person, [node.link_id for node in nodes])
            assert set(words) == {node.link_id for node in nodes if node.mine}
            assert all(node.parent is None or node.parent < place for place, node in enumerate(nodes))

    # What is right, looked up another way

    def _waiting(self, tx: Tx) -> list[Any]:
        """Return the links whose way is open and that have not come, as long as they live and both are there."""
        wanted = select(links).where(
            links.c.accepted_at.is_not(None),
            links.c.brought_at.is_(None),
            links.c.withheld.is_(False),
            links.c.lives_until >= tx.now,
            links.c.sender_id.is_not(None),
            links.c.receiver_id.is_not(None),
            links.c.sender_id != links.c.receiver_id,  # chats of both ends were joined: it comes to nobody
        )
        return list(tx.connection.execute(wanted).all())

    def _is_heard(self, tx: Tx, link: Any) -> bool:
        """Return whether the receiver wants to hear from the sender, be it later, and the sender may send."""
        row = tx.connection.execute(select(persons).where(persons.c.id == link.receiver_id)).one()
        rests = row.paused_at is not None and row.paused_until is None
        blocked = queries.stance(tx, link.receiver_id, link.sender_id)[2]
        return not (rests or blocked or self._is_muted(tx, link) or reports.is_suspended(tx, link.sender_id))

    def _is_muted(self, tx: Tx, link: Any) -> bool:
        """Return whether the receiver has muted the sender, and has not accepted this very one since."""
        pair = (acquaintances.c.person_id == link.receiver_id, acquaintances.c.other_id == link.sender_id)
        muted_at = tx.connection.scalar(select(acquaintances.c.muted_at).where(*pair))
        carried = select(invitation_rows.c.id).where(invitation_rows.c.link_id == link.id)
        invited = tx.connection.scalar(carried) is not None
        return muted_at is not None and not (invited and link.accepted_at >= muted_at)

    def _is_day(self, zone: str, at: int) -> bool:
        here = local(zone, at)
        return 8 * 60 <= here.hour * 60 + here.minute < 21 * 60 + 30

    def _days_of(self, tx: Tx, sender_id: int | None, receiver_id: int) -> set[str]:
        """Return the days on which something of the sender has come to the receiver."""
        between = (links.c.sender_id == sender_id, links.c.receiver_id == receiver_id)
        return set(tx.connection.scalars(select(links.c.for_day).where(*between, links.c.brought_at.is_not(None))))

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
        today = local(sender.here, tx.now).date()
        by_clocks = (links.c.sent_at >= instant(sender.here, today, 0), links.c.day_ends_at > tx.now)
        counts = or_(links.c.day == today.isoformat(), *by_clocks)
        mine = tx.connection.execute(select(links).where(links.c.sender_id == sender.id, counts)).all()
        if len(mine) + counted_before(tx, sender.id)[0] >= A_DAY:
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


def greeted(tx: Tx, name: str) -> Person:
    """Return somebody, who has a name to sign with."""
    found = meet(tx, Address("memory", name), "de" if name == "dora" else "en", "Europe/Berlin")
    if found.name is None:
        set_name(tx, found, name.title())
        found = find(tx, Address("memory", name)) or found
    return found


def befriend(tx: Tx, sender: str, receiver: str, parent: int | None) -> int:
    """Let one invite the other, who accepts; return the link."""
    sent = pass_on.send(tx, greeted(tx, sender), Sentence("The first.", receiver.title(), None, parent))
    assert isinstance(sent, Sent)
    assert sent.keys is not None
    other = greeted(tx, receiver)
    found = invitations.open_invitation(tx, other, sent.keys.token)
    assert isinstance(found, Invitation)
    came = pass_on.accept(tx, other, found)
    assert came is not None
    assert not isinstance(came, int)
    return came.id


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    Thanks.template = migrated_file(tmp_path_factory.mktemp("thanks"))
    store = Store(f"sqlite:///{Thanks.template}", HandClock(), Keyring([KEY]))
    met: list[int] = []
    for sender, receiver in pairwise(NAMES):
        first = partial(befriend, sender=sender, receiver=receiver, parent=met[-1] if met else None)
        met.append(store.run_now(first))
    store.close()
    Thanks.first = frozenset(met)


TestThanks = Thanks.TestCase
TestThanks.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
