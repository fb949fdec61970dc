"""/link and /unlink: several chats of one person become one, and part again."""

from bot.flows.visit import OLD, Chapter, Command, Option, Visit
from bot.gratitude.standing import marks_of
from bot.outbox import shelf
from bot.outbox.shelf import Recipient
from bot.people.codes import shown
from bot.people.joining import chats_of, join, part, set_home
from bot.people.link_codes import LinkCode, Unfit, show_code, type_code, typed_code, use_up
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import N_, Voice

PLATFORMS = {"telegram": "Telegram", "discord": "Discord", "web": N_("Chat page")}
"""What a platform is called: a label, for a name within a sentence would need a form for each of its places."""
UNFIT = {
    Unfit.UNKNOWN: N_("That code doesn’t fit, or its 10 minutes are over. /link in the other chat shows a new one."),
    Unfit.GUESSED: N_("The last few codes didn’t fit. Let’s try again in an hour, with a new one."),
}


def _link(visit: Visit) -> None:
    written = visit.incoming.rest.strip()
    if not written:
        code = shown(show_code(visit.tx, visit.person))
        text = N_(
            "Two chats with me, one you. In your other chat type, within 10 minutes:\n\n/link {code}\n\nShow the code "
            "to nobody: whoever types it shares all that is here."
        )
        visit.say(text, code=code)
        return
    found = type_code(visit.tx, visit.person, written)
    if isinstance(found, Unfit):
        visit.say(UNFIT[found])
    elif found.person_id == visit.person.id:
        visit.say(N_("These two chats are one already."))
    else:
        _ask(visit, found)


def _ask(visit: Visit, code: LinkCode) -> None:
    text = N_(
        "Join this chat with the other one ({place}), which showed the code? Both become one: moments, nudges, thanks "
        "and blocks, and all of it can be seen in both. Say yes only if it was you who asked for the code."
    )
    row = (
        visit.button(N_("Join"), Payload("join", code.id, "yes")),
        visit.button(N_("No"), Payload("join", code.id, "no")),
    )
    visit.say(text, (row,), place=place_of(visit.voice, code.platform))


def place_of(voice: Voice, platform: str) -> str:
    """Return what a platform is called, as a label: `Chat page: …`, or in brackets."""
    return voice.say(PLATFORMS[platform]) if platform in PLATFORMS else platform.capitalize()


def _join(visit: Visit, payload: Payload) -> None:
    # Only in the chat where it was typed: a forged number joins nothing.
    code = typed_code(visit.tx, visit.person, payload.row)
    if code is None or not visit.settle() or not use_up(visit.tx, code):
        visit.toast = visit.voice.say(OLD)
        return
    if payload.choice != "yes":
        visit.say(N_("They stay two."))
        return
    join(visit.tx, code.person_id, visit.person.id)
    visit.refresh()
    visit.voice = Voice.of(visit.person.language)
    here = place_of(visit.voice, visit.incoming.address.platform)
    told = visit.voice.say(
        N_("This chat and another one ({place}) are one now. Not you? /unlink parts them."), place=here
    )
    shelf.put(visit.tx, Recipient(code.address_id, visit.person.seal), Outgoing(told))
    visit.say(N_("Both chats are one now. Where shall your nudges come?"), _homes(visit))


def _homes(visit: Visit) -> Rows:
    """Return a button for each chat of the person."""
    return tuple((_chat(visit, "home", *chat),) for chat in chats_of(visit.tx, visit.person))


def _chat(visit: Visit, verb: str, address_id: int, platform: str) -> Button:
    place = place_of(visit.voice, platform)
    if address_id == visit.person.address_id:
        place = visit.voice.say(N_("Here ({place})"), place=place)
    return Button(place, str(Payload(verb, address_id)))


def _home(visit: Visit, payload: Payload) -> None:
    if payload.row not in dict(chats_of(visit.tx, visit.person)) or not visit.settle():
        visit.toast = visit.voice.say(OLD)
        return
    set_home(visit.tx, visit.person, payload.row)
    visit.say(N_("Good. Nudges come there; thanks find you wherever you were last."))


def _unlink(visit: Visit) -> None:
    chats = chats_of(visit.tx, visit.person)
    if len(chats) < 2:
        visit.say(N_("This chat stands by itself. /link joins it with another one."))
        return
    text = N_("Which chat shall part? It begins anew, and what is yours stays with the others.")
    visit.say(text, tuple((_chat(visit, "part", *chat),) for chat in chats))


def _part(visit: Visit, payload: Payload) -> None:
    chats = dict(chats_of(visit.tx, visit.person))
    if (
        len(chats) < 2
        or payload.row not in chats
        or not visit.settle()
        or not part(visit.tx, visit.person, payload.row, marks_of(visit.tx, visit.person))
    ):
        visit.toast = visit.voice.say(OLD)
    elif payload.row == visit.person.address_id:
        visit.refresh()
        text = N_("This chat begins anew; /start whenever you like. What was yours is in your other chat.")
        # Not `show`: what is kept is said with the first answer to whatever they begin here.
        shelf.put(visit.tx, visit.person.recipient, Outgoing(visit.voice.say(text)))
    else:
        visit.say(N_("Parted. Everything of yours is here."))


CHAPTER = Chapter(
    commands={
        "link": Command(
            N_("Join your chats with me into one"),
            _link,
            N_("/link"),
            Option(N_("code"), N_("The code that your other chat with me shows")),
        ),
        "unlink": Command(N_("Part chats that are one"), _unlink, N_("/unlink")),
    },
    taps={"join": _join, "home": _home, "part": _part},
)
