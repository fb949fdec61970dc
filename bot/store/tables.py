"""The whole schema in one sitting: columns only.

Every `*_at` is in whole seconds since 1970 UTC, except where `_real` says that no demo clock moves it. Every `sealed_*`
holds words of a person, encrypted with that person's own key, or with those of all whose words they are (see
`bot.store.sealed`).
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.words import Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row id. SQLite makes an automatic id of an INTEGER only."""


def _key(name: str = "id") -> Column[int]:
    return Column(name, Id, primary_key=True, autoincrement=True)


def _only(condition: str) -> dict[str, Any]:
    """Return what leaves all other rows out of an index, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


persons = Table(
    "persons",
    metadata,
    _key(),
    Column("created_at", BigInteger, nullable=False),
    Column("language", String(16), nullable=False),
    Column("zone", String(64)),  # IANA name; null until the person has confirmed one
    Column("paused_at", BigInteger),  # null: not paused
    Column("paused_until", BigInteger),  # when a pause ends by itself; null: until the person resumes
    # Local minutes of the day (0-1439); null: no quiet hours, and the usual morning, noon, evening and night.
    Column("quiet_start", SmallInteger),
    Column("quiet_end", SmallInteger),
    Column("morning", SmallInteger),
    Column("noon", SmallInteger),
    Column("evening", SmallInteger),
    Column("night", SmallInteger),
    Column("heard_at", BigInteger),  # when the person last did anything, give or take an hour
    Column("asked_at", BigInteger),  # when they were last asked, after a quiet week, how to go on
    Column("feelings", Boolean, nullable=False, server_default=text("true")),  # faces are asked for
    Column("sound", Boolean, nullable=False, server_default=text("false")),  # nudges arrive with a sound
    Column("low_at", BigInteger),  # when they last gave a low face: the rest of that day is a gentle one
    # The name of the person's own key. The key lies elsewhere (`bot.store.person_keys`), never in a copy of this.
    Column("key_id", LargeBinary, nullable=False, unique=True, index=True),
    Column("sealed_name", LargeBinary),  # how they sign what they send to others; never an account's name
    Column("home_id", Id),  # the address that nudges come to; null: to where each was set
    Column("counted", SmallInteger),  # sentences of today from before a parting or a leaving (`bot.people.standing`)
    Column("counted_until", BigInteger),  # when that day ends
    # Never give a number out twice: a button names its row, and an old one must not fit a new owner.
    sqlite_autoincrement=True,
)

addresses = Table(
    "addresses",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), index=True),  # null: a group, or left behind
    Column("platform", String(16), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("paused_at", BigInteger),  # when the platform said that nobody can be reached here
    Column("woken_at", BigInteger),  # when somebody last wrote from here
    Column("hinted_zone", String(64)),  # what the platform or browser last hinted; a guess to be confirmed
    Column("cursor", String(64)),  # the platform's own mark of how far this chat has been read; null: it has none
    Column("left_at", BigInteger),  # when the person was erased: the row stays until the last line has left
    # Where processes share a pace, as in `paces`; null: nothing has left for this chat yet, no pause was named.
    Column("used_until", Double),
    Column("limited_at", Double),
    Column("limited_until", Double),
    UniqueConstraint("platform", "chat"),
    sqlite_autoincrement=True,
)
Index(
    "ix_addresses_left_at",
    addresses.c.left_at,
    **_only("left_at IS NOT NULL"),
)

nudges = Table(
    "nudges",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("practice", String(40), nullable=False),
    Column("rule", Text, nullable=False),  # JSON, see bot.schedules.rules
    Column("zone", String(64), nullable=False),
    Column("cue", String(24)),  # a cue of ours by key ("coffee"); the person's own words are in sealed_cue
    Column("sealed_cue", LargeBinary),
    Column("grace", Integer, nullable=False),  # seconds that one of its moments may come late
    Column("version", Integer, nullable=False),  # raised by an edit of when: older rows of `due` are stale
    Column("removed_at", BigInteger),
    Column("paused_at", BigInteger),  # null: it rings; a paused one goes through its times without a word
    Column("follow_up", Boolean, nullable=False, server_default=text("false")),  # ask once more after half an hour
    Column("links", String(400)),  # keys of the practices that follow, with commas: a chain of wins that was saved
    Column("created_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# The hot path: narrow and in the order of time. One row a nudge that will ring, stale ones dropped at the claim.
# Without foreign keys on purpose: each would be looked up for each row that a sweep writes.
due = Table(
    "due",
    metadata,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("nudge_id", Id, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

moments = Table(
    "moments",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("nudge_id", Id, ForeignKey("nudges.id", ondelete="CASCADE")),  # null: asked for with /now
    Column("practice", String(40), nullable=False),
    Column("slot", String(16), nullable=False),  # nominal local minute, "2026-11-19T08:30": its date is the day asked
    Column("feelings", String(8), nullable=False),  # both | after | none
    Column("attempt", SmallInteger, nullable=False, server_default="0"),  # raised by every snooze
    Column("created_at", BigInteger, nullable=False),
    Column("comes_at", BigInteger),  # when it comes again after it was last put off
    Column("answered_at", BigInteger),
    Column("answer", String(24)),  # did | not-today | words | face | one of the practice's own replies
    Column("before", SmallInteger),  # faces from 1 (low) to 5
    Column("after", SmallInteger),
    Column("sealed_words", LargeBinary),
    Column("sealed_file", LargeBinary),  # JSON: a voice note or photo by the platform's own file id, never its bytes
    Column("wording", SmallInteger),  # which of the practice's prompts was shown
    Column("led_from", Id),  # the moment after which this one was begun: together they are a chain of wins
    Column("links", String(400)),  # keys of the practices that still follow in a saved chain
    Column("hidden", Boolean, nullable=False, server_default=text("false")),  # does not come back out of the jar
    UniqueConstraint("nudge_id", "slot"),
    Index("ix_moments_person_id_id", "person_id", "id"),
    sqlite_autoincrement=True,
)

# What a person keeps for later, by shelf: a calming thing, a proof of calm, safe moments, words for the mirror.
kept = Table(
    "kept",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("shelf", String(16), nullable=False),  # item | proof | safe | mirror | helper | identity | repair
    Column("sealed_body", LargeBinary, nullable=False),  # JSON: text, and a file by the platform's id
    Column("moment_id", Id),
    Column("at", BigInteger, nullable=False),
    Index("ix_kept_person_id_shelf", "person_id", "shelf"),
    sqlite_autoincrement=True,
)

# Practices that people wrote themselves; nudges and moments know them as "own-<id>".
own_practices = Table(
    "own_practices",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed_body", LargeBinary, nullable=False),  # JSON: title, prompt, replies
    Column("created_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
    sqlite_autoincrement=True,
)

# Which wordings a person would rather see less (-1) or more (1) of.
likings = Table(
    "likings",
    metadata,
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("practice", String(40), primary_key=True),
    Column("wording", SmallInteger, primary_key=True, autoincrement=False),
    Column("liking", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

# When a person was last told something that is only said now and then.
told = Table(
    "told",
    metadata,
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("what", String(24), primary_key=True),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

positions = Table(
    "positions",
    metadata,
    _key(),  # a button of a flow names this row, so each new conversation gets a new one
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("flow", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", String(24), nullable=False),
    Column("sealed_data", LargeBinary, nullable=False),  # JSON
    Column("moved_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# How one person stands to another, in one direction: what `person_id` lets `other_id` do, and calls them.
acquaintances = Table(
    "acquaintances",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("other_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("accepted_at", BigInteger),  # when `person_id` said that the other may write to them
    Column("muted_at", BigInteger),  # what the other sends waits
    Column("blocked_at", BigInteger),  # what the other sends is never seen
    Column("reported_at", BigInteger),  # a report of whom the other was before, carried over (`bot.people.standing`)
    Column("met_at", BigInteger, nullable=False),  # when something last went from one to the other
    Column("sealed_name", LargeBinary),  # what `person_id` calls them, sealed with their own key
    UniqueConstraint("person_id", "other_id"),
    sqlite_autoincrement=True,
)

# A chain is a tree of links. `people` is the last number that somebody in it got: an erased person still has theirs.
chains = Table(
    "chains",
    metadata,
    _key(),
    Column("people", Integer, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# One sentence from one person to another. Who is erased leaves a nameless pebble: the numbers, no id and no words.
links = Table(
    "links",
    metadata,
    _key(),
    Column("chain_id", Id, ForeignKey("chains.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parent_id", Id, ForeignKey("links.id", ondelete="SET NULL"), index=True),  # null: the chain begins here
    Column("depth", Integer, nullable=False),  # 1 where the chain begins
    Column("sender_id", Id, ForeignKey("persons.id", ondelete="SET NULL")),
    Column("receiver_id", Id, ForeignKey("persons.id", ondelete="SET NULL"), index=True),  # null too: not accepted yet
    Column("sender_number", Integer, nullable=False),  # who of the chain they are, from 1
    Column("receiver_number", Integer),
    Column("sender_language", String(16), nullable=False),
    Column("receiver_language", String(16)),
    Column("sealed_by_sender", LargeBinary),  # JSON: the sentence, and what the sender calls the receiver
    Column("sealed_by_receiver", LargeBinary),  # JSON: the sentence, and how the sender signed it
    Column("day", String(10), nullable=False),  # the sender's local date when it was sent: five a day
    Column("day_ends_at", BigInteger),  # when that date was over where the sender was
    Column("sent_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),  # when its way was open: at once, or with the invitation
    # The receiver's local date that it comes on, one from the same sender on each: planned while it waits, kept then.
    Column("for_day", String(10)),  # null: not accepted yet
    Column("lives_until", BigInteger),  # the last second in which it may come
    Column("due_at", BigInteger),  # when it is to be brought; null: it waits for the receiver, was brought, or is over
    Column("brought_at", BigInteger),  # when it went to the outbox
    Column("withheld", Boolean, nullable=False, server_default=text("false")),  # its receiver has blocked the sender
    Column("answer", String(16)),  # what the receiver tapped
    Column("answered_at", BigInteger),
    Column("answer_due_at", BigInteger),  # when it is to be brought back, or let go of; null: one of both was done
    Index("ix_links_sender_id_day", "sender_id", "day"),
    sqlite_autoincrement=True,
)
Index(
    "ix_links_due",
    links.c.due_at,
    **_only("due_at IS NOT NULL"),
)
Index(
    "ix_links_answer_due",
    links.c.answer_due_at,
    **_only("answer_due_at IS NOT NULL"),
)

# The way in for somebody new, once. Only hashes of what opens it are kept.
invitations = Table(
    "invitations",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("link_id", Id, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("code_hash", String(64), nullable=False, unique=True),  # the same in letters that can be typed
    Column("expires_at", BigInteger, nullable=False, index=True),
    # Who was last shown who it is from.
    Column("opened_by", Id, ForeignKey("persons.id", ondelete="SET NULL"), index=True),
    Column("settled_at", BigInteger),  # accepted or declined
    sqlite_autoincrement=True,
)

# Wrong guesses at invitations and codes.
tries = Table(
    "tries",
    metadata,
    _key(),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# What `/delete` does not undo, for a while. Whose address it is shows only when somebody writes from there anew.
fingerprints = Table(
    "fingerprints",
    metadata,
    _key(),
    Column("print", LargeBinary, nullable=False, index=True),  # the address under a key of the host's, see Keyring
    Column("what", String(12), nullable=False),  # see bot.people.standing
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), index=True),  # whose block or report it is
    Column("number", Integer, nullable=False),
    Column("ends_at", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,
)

reports = Table(
    "reports",
    metadata,
    _key(),
    Column("link_id", Id, ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="SET NULL"), index=True),  # who reported
    Column("about_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("shows", Boolean, nullable=False),  # the host may read the sentence
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("link_id", "person_id"),
    sqlite_autoincrement=True,
)

suspensions = Table(
    "suspensions",
    metadata,
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("lifted_at", BigInteger),  # reports from before no longer count
    sqlite_with_rowid=False,
)

# What joins two chats of one person: shown in one, typed in the other within minutes.
link_codes = Table(
    "link_codes",
    metadata,
    _key(),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("expires_at", BigInteger, nullable=False),
    Column("typed_by", Id, ForeignKey("addresses.id", ondelete="CASCADE")),  # where it was typed, to be confirmed
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _key(),
    Column("key", String(120), unique=True),  # absorbs a double firing; null: nothing to absorb
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("moment_id", Id),
    Column("op", String(8), nullable=False),  # new | edit | delete
    Column("edits", Id),  # the outbox row whose message is edited or deleted
    Column("priority", SmallInteger, nullable=False),  # lower leaves first: 0 answers, 5 nudges, 7 files
    Column("not_before", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("body", LargeBinary),  # JSON, see Outgoing.to_dict; null when it was forgotten after its time
    Column("sealed", Boolean, nullable=False),  # the body is encrypted with the person's key
    # It leaves by the way back of the event that it answers, also where the address is paused.
    Column("rides", Boolean, nullable=False, server_default=text("false")),
    Column("heavy", Boolean, nullable=False, server_default=text("false")),  # something is made before it leaves
    Column("state", Word(8), nullable=False),  # see bot.outbox.states
    Column("claims", SmallInteger, nullable=False, server_default="0"),
    Column("doubts", SmallInteger, nullable=False, server_default="0"),
    Column("crashes", SmallInteger, nullable=False, server_default="0"),
    # Where processes share the outbox: whose job it shares, see bot.outbox.bundles; null: its job is its own.
    Column("bundle", BigInteger),
    Column("leased_until_real", BigInteger),  # of a release that has no jobs; nothing sets it any more
    Column("message", String(64)),  # the platform's id of the message that it became
    Column("problem", String(80)),  # why it was not delivered, in the platform's words, never the text
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Index("ix_outbox_message", "address_id", "message"),
    sqlite_autoincrement=True,
)
Index(
    "ix_outbox_waiting",
    outbox.c.priority,
    outbox.c.not_before,
    outbox.c.id,
    **_only("state = 'waiting'"),
)
# The peak: what must leave soonest first, and what is too late.
Index(
    "ix_outbox_urgent",
    outbox.c.priority,
    outbox.c.deadline,
    outbox.c.not_before,
    outbox.c.id,
    **_only("state = 'waiting'"),
)
# What a host wants to know of: each state is counted by one look.
Index(
    "ix_outbox_troubled",
    outbox.c.state,
    **_only("state IN ('unknown', 'expired', 'dead')"),
)
Index(
    "ix_outbox_address_waiting",
    outbox.c.address_id,
    outbox.c.id,
    **_only("state = 'waiting'"),
)
# Who is being sent to: asked for each row that a claim looks at.
Index(
    "ix_outbox_sending",
    outbox.c.address_id,
    **_only("state = 'sending'"),
)

# In which messages the sentence of a link stands, or the name of who is at one of its ends: the invitation, the letter,
# the answer, pictures of its chain, exports. They are taken back when that person leaves.
appearances = Table(
    "appearances",
    metadata,
    Column("outbox_id", Id, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "link_id", Id, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    ),
    sqlite_with_rowid=False,
)

# How far each platform's pace is used up, and the last pause that it named; where processes share it. Seconds since
# 1970 by the database's own clock, so that those of the machines need not agree. See bot.outbox.cells.
paces = Table(
    "paces",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("used_until", Double, nullable=False),
    Column("limited_at", Double, nullable=False),
    Column("limited_until", Double, nullable=False),
    sqlite_with_rowid=False,
)

# What has been handled: the key goes in with the effects, so that a repeated event has none.
seen = Table(
    "seen",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Updates that could not be read: counted and kept for the host without their content.
skipped = Table(
    "skipped",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("problem", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# A person's own words on platforms that cannot show them again (the local page).
words = Table(
    "words",
    metadata,
    _key(),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("after_outbox_id", Id, nullable=False),  # where it stands in the conversation
    sqlite_autoincrement=True,
)

# Keys that are to be destroyed: goes in together with the rows of the person who was erased, and goes when it is done.
erasures = Table(
    "erasures",
    metadata,
    Column("key_id", LargeBinary, primary_key=True),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The keys of persons whose chats were joined to somebody: what older copies hold of them is erased with that somebody.
past_keys = Table(
    "past_keys",
    metadata,
    Column("key_id", LargeBinary, primary_key=True),
    Column("person_id", Id, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

# A handful of named values that the program keeps for itself: the demo clock's offset, the last heartbeat.
facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)
