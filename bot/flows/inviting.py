"""The message with which an invitation is handed on: a way in for each platform, a code, a picture of the link.

Nothing that opens an invitation is kept but in that message, sealed, and with it forgotten after a week. So what is
shared later is looked up there, by the number of its link.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from bot.flows.linking import place_of
from bot.flows.visit import OLD, Chapter, Looking, Visit
from bot.gratitude import queries
from bot.gratitude.invitations import Keys, is_fresh
from bot.gratitude.reports import is_suspended
from bot.outbox import bodies, shelf
from bot.outbox.shelf import Recipient, Terms
from bot.people.codes import shown
from bot.people.queries import Person
from bot.pictures import Code
from bot.speech import Button, Outgoing, Payload, Shared, WayIn, read_payload
from bot.store import Tx
from bot.texts import N_

WAITS = N_("A sentence of thanks waits for you here.")
ONCE = N_("It opens once, within 7 days, and shows who it is from.")
_NAMED = re.compile(r"thanks ([0-9]{1,18})", re.ASCII)
"""The name under which an invitation is shared, with the number of its link: nobody else can do anything with it."""


def show_invitation(visit: Visit, link_id: int, keys: Keys, name: str) -> None:
    """Show all ways in, for the person's eyes and for handing on."""
    shelf.put(visit.tx, _own(visit), _invitation(visit, link_id, keys, name), Terms(key=_key(link_id)))


def _own(visit: Visit) -> Recipient:
    """Return the person as somebody who has met nobody: the words are their own, whomever they looked at before.

    The way in stands in no other place, so it must not go with somebody whom it does not concern.
    """
    return replace(visit.person.recipient, seal=visit.person.seal.anew())


def _key(link_id: int) -> str:
    return f"invitation:{link_id}"


def _invitation(visit: Visit, link_id: int, keys: Keys, name: str) -> Outgoing:
    say, ways = visit.voice.say, visit.ways(keys.token)
    head = N_(
        "Your sentence waits for {name}. Hand this on to them; it opens once, within 7 days, and shows your name:"
    )
    typed = say(N_("In any chat with me: /accept {code}"), code=shown(keys.code))
    told = (_told(visit, platform, way) for platform, way in ways.items())
    text = "\n\n".join([say(head, name=name), *told, typed])
    rows = []
    if "telegram" in ways:
        # An address that opens Telegram for passing something on: https://core.telegram.org/widgets/share
        address = f"https://t.me/share/url?{urlencode({'url': ways['telegram'].url, 'text': say(WAITS)})}"
        rows.append((Button(say(N_("Share the invitation")), url=address, share=f"thanks {link_id}"),))
    if ways:
        rows.append((visit.button(N_("QR code"), Payload("code", link_id, _packed(keys.token))),))
    return Outgoing(text, tuple(rows))


def _told(visit: Visit, platform: str, way: WayIn) -> str:
    place = place_of(visit.voice, platform)
    if way.carries:
        return f"{place}: {way.url}"
    return visit.voice.say(N_("{place}: {url} adds me there, then the code opens it."), place=place, url=way.url)


def to_share(looking: Looking, way_in: Callable[[str], WayIn | None]) -> Shared | None:
    """Return an invitation as it is passed on: to who made it, as long as its days are not over, else None.

    That somebody has answered it is not told, for a no is silent. `way_in` is the one of the platform it is shared on.
    """
    named, person, say = _NAMED.fullmatch(looking.typed.strip()), looking.person, looking.voice.say
    if named is None or person is None:
        return None
    link = queries.sent(looking.tx, int(named[1]), person)
    token = _token_of(looking.tx, person, int(named[1]))
    way = way_in(token)
    if link is None or way is None or not is_fresh(looking.tx, person, token) or is_suspended(looking.tx, person.id):
        return None
    return Shared(
        say(N_("Your invitation for {name}"), name=link.name),
        say(N_("Tap, and it goes into this chat.")),
        f"{say(WAITS)}\n{way.url}\n\n{say(ONCE)}",
    )


def _token_of(tx: Tx, person: Person, link_id: int) -> str:
    """Return the token of an invitation as its message still holds it, else an empty one."""
    said = bodies.keyed(tx, _key(link_id), person.id, person.seal)
    payloads = (read_payload(button.payload) for row in (said.rows if said else ()) for button in row)
    return next((_token(payload.choice) for payload in payloads if payload and payload.verb == "code"), "")


# A token lies in the button that shows it as a picture, as it does in the text above the button: sealed, and forgotten
# with it. A payload has small letters only.


def _packed(token: str) -> str:
    return urlsafe_b64decode(f"{token}==").hex()


def _token(packed: str) -> str:
    try:
        return urlsafe_b64encode(bytes.fromhex(packed)).decode().rstrip("=")
    except ValueError:
        return ""


def _show_code(visit: Visit, payload: Payload) -> None:
    """Show the link as a picture, once, for as long as it may open; only who made the invitation gets it."""
    token, say = _token(payload.choice), visit.voice.say
    link, ways = queries.sent(visit.tx, payload.row, visit.person), visit.ways(token)
    if link is None or not ways or not is_fresh(visit.tx, visit.person, token):
        visit.toast = say(OLD)
        return
    # An address that brings the token along, the first one: a page needs no account anywhere.
    way = next((way for way in ways.values() if way.carries), next(iter(ways.values())))
    line = ONCE
    if not way.carries:
        line = N_("It adds me; then the code opens what waits for you.")
    picture = Code(way.url, say(N_("A sentence of thanks for you")), say(line), visit.voice.language)
    message = Outgoing(
        say(N_("For the camera of {name}’s phone."), name=link.name),
        picture=picture.to_dict(),
        alt=say(N_("The link of your invitation for {name} as a QR code."), name=link.name),
    )
    if not shelf.put(visit.tx, _own(visit), message, Terms(key=f"code:{link.id}")):
        visit.toast = say(N_("It is here already."))


CHAPTER = Chapter(taps={"code": _show_code})
