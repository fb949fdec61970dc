"""The message with which an invitation is handed on: a way in for each platform, a code, a picture of the link."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlencode

from bot.flows.linking import headed, place_of
from bot.flows.visit import OLD, Chapter, Visit
from bot.gratitude import queries
from bot.gratitude.invitations import Keys, is_fresh
from bot.outbox import shelf
from bot.outbox.shelf import Terms
from bot.people.codes import shown
from bot.pictures import Code
from bot.speech import Button, Outgoing, Payload, WayIn
from bot.texts import N_


def invitation(visit: Visit, link_id: int, keys: Keys, name: str) -> Outgoing:
    """Return the message with all ways in, for the person's eyes and for handing on."""
    say, ways = visit.voice.say, visit.ways(keys.token)
    head = N_(
        "Your sentence waits for {name}. Hand this on to them; it opens once, within 7 days, and shows your name:"
    )
    typed = say(N_("In any chat with me: /accept {code}"), code=shown(keys.code))
    told = (_told(visit, platform, way) for platform, way in ways.items())
    text = "\n\n".join([say(head, name=name), *told, typed])
    rows = []
    if "telegram" in ways:
        # Telegram's own sheet for passing something on: https://core.telegram.org/widgets/share
        shared = {"url": ways["telegram"].url, "text": say(N_("A sentence of thanks waits for you here."))}
        rows.append((Button(say(N_("Share the invitation")), url=f"https://t.me/share/url?{urlencode(shared)}"),))
    if ways:
        rows.append((visit.button(N_("QR code"), Payload("code", link_id, _packed(keys.token))),))
    return Outgoing(text, tuple(rows))


def _told(visit: Visit, platform: str, way: WayIn) -> str:
    place = headed(place_of(visit.voice, platform))
    if way.carries:
        return f"{place}: {way.url}"
    return visit.voice.say(N_("{place}: {url} adds me there, then the code opens it."), place=place, url=way.url)


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
    line = N_("It opens once, within 7 days, and shows who it is from.")
    if not way.carries:
        line = N_("It adds me; then the code opens what waits for you.")
    picture = Code(way.url, say(N_("A sentence of thanks for you")), say(line), visit.voice.language)
    message = Outgoing(
        say(N_("For the camera of {name}’s phone."), name=link.name),
        picture=picture.to_dict(),
        alt=say(N_("The link of your invitation for {name} as a QR code."), name=link.name),
    )
    if not shelf.put(visit.tx, visit.person.recipient, message, Terms(key=f"code:{link.id}")):
        visit.toast = say(N_("It is here already."))


CHAPTER = Chapter(taps={"code": _show_code})
