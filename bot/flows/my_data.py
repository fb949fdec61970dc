"""/privacy, /export, /delete: what is kept of a person, all of it as files, and all of it gone."""

from dataclasses import replace

from bot.flows.conversation import start
from bot.flows.effects import EraseEverything, SendExport
from bot.flows.engine import Answer, Ask, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.kept_line import wants_line
from bot.flows.positions import PART
from bot.flows.visit import Chapter, Command, Visit
from bot.gratitude.standing import marks_of
from bot.nudges.moments import has_more_than
from bot.outbox.states import DAY
from bot.people.standing import keep
from bot.privacy import parts
from bot.privacy.erase import erase, say_last
from bot.privacy.export import FORMS
from bot.speech import Attachment, Kind, Outgoing, Payload
from bot.store.owner import Part
from bot.texts import N_

PARTS: tuple[Part, ...] = (PART, *parts.PARTS)
"""All capabilities that know something of a person."""
MANY = 2000
"""Moments that are gathered before anybody would wonder where the files are; for more a line says that they come."""


def _privacy(visit: Visit) -> None:
    kept = N_(
        "What I keep: this chat’s number, your language, time zone and nudges, what you tap, faces, and the words you "
        "write to me. Of voice notes and photos only their number on this platform."
    )
    readers = N_(
        "Who can read it: your words are sealed with a key of your own, but whoever runs this bot holds that key and "
        "could read them. So could the platform that carries our chat."
    )
    thanks = N_(
        "Thanks: your sentence and name are seen by the one you write to; all others of a chain see pebbles. /delete "
        "takes sentences back as far as the chat allows, and out of older backups too; a nameless pebble stays."
    )
    # The same to everybody: who is told only when it is so learns that somebody has blocked them.
    time = N_(
        "How long: what I say to you, seven days. The rest, until you delete it. Blocks against you hold up to 30 days "
        "longer."
    )
    leaving = N_(
        "/export gives you all of it as files. /delete takes all of it away at once: from then on nobody can read your "
        "words in older backups either. Times and taps stay in those until they are thrown away."
    )
    text = "\n\n".join(visit.voice.say(part) for part in (kept, readers, thanks, time, leaving))
    row = (
        visit.button(N_("Export"), Payload("menu", 0, "export")),
        visit.button(N_("Delete"), Payload("menu", 0, "delete")),
    )
    wants_line(visit.tx, visit.person)  # all of it stands here
    visit.show(Outgoing(text, (row,)))


def _export(visit: Visit) -> None:
    """Send all of it as files, to the person's own chat and nowhere else. Each is collected when it leaves."""
    asked = visit.person
    if visit.incoming.aside:
        visit.say(N_("Your files come in our private chat."))
        visit.person = replace(asked, via="")
    elif has_more_than(visit.tx, asked, MANY):
        visit.say(N_("That is a lot of moments. I gather them now; your files follow by themselves."))
    _send(visit, "json", N_("Everything I keep of you, for you alone."))
    _send(visit, "tables", N_("The same as tables, for any spreadsheet."))
    visit.person = asked


def _send(visit: Visit, form: str, caption: str) -> None:
    name, mime = FORMS[form]
    # By which the files of one wish are known as such: they are made of one look.
    what = {"export": form, "of": visit.incoming.key}
    file = Attachment(name, mime, "", packed=name.endswith(".zip"), what=what)
    sorry = visit.voice.say(N_("I could not put this file together just now. /export tries once more."))
    visit.show_file(Outgoing(visit.voice.say(caption), attachment=file, alt=sorry))


def _perform_export(visit: Visit, _effect: SendExport) -> None:
    _export(visit)


def _perform_erasing(visit: Visit, _effect: EraseEverything) -> None:
    person, voice = visit.person, visit.voice
    line = voice.say(N_("Done. Everything I kept of you is gone for good. If you write to me again, we begin anew."))
    keep(visit.tx, person.id, marks_of(visit.tx, person))
    erase(visit.tx, person.id, PARTS)
    question = visit.incoming.message if visit.incoming.kind is Kind.TAP else None
    say_last(visit.tx, person.id, person.recipient, line, question)


def _delete(visit: Visit) -> None:
    start(visit, DELETE)


def _ask_what_goes(scene: Scene) -> Ask:
    say = scene.voice.say
    goes = N_(
        "This takes away everything I keep of you, all at once and for good: settings, nudges, your moments and words, "
        "what you kept. Nobody can bring it back, whoever runs me included."
    )
    thanks = N_(
        "Your sentences of thanks go too, also where I brought them, as far as that chat allows. Of each a nameless "
        "pebble stays in its chain."
    )
    holds = N_(
        "So that leaving undoes no block, report or limit, a fingerprint of your address may stay for up to 30 days."
    )
    stays = N_("What stands in this chat stays in your app until you delete it there.")
    copy = N_("If you would like a copy first: /export sends you all of it as files.")
    rows = (
        ((say(N_("Delete everything")), "delete"), (say(N_("Keep everything")), "keep")),
        ((say(N_("Export first")), "export"),),
    )
    return Ask("\n\n".join(map(say, (goes, thanks, holds, stays, copy))), rows)


def _take_what_goes(scene: Scene, answer: Answer) -> Turn | Unclear | None:
    if answer.words is not None:
        return Turn("sure") if _is_the_word(scene, answer.words) else None
    match answer.value:
        case "delete":
            return Turn("sure")
        case "keep":
            return _kept(scene)
        case "export":
            return Turn("all", effects=(SendExport(),))
        case _:
            return tap_a_button(scene)


def _ask_sure(scene: Scene) -> Ask:
    say = scene.voice.say
    text = say(N_("One more tap, or the word “{word}”, and it is done."), word=say(WORD).casefold())
    return Ask(text, (((say(N_("Yes, delete it all")), "yes"), (say(N_("Keep everything")), "keep")),))


def _take_sure(scene: Scene, answer: Answer) -> Turn | Unclear | None:
    if answer.words is not None:
        return _gone() if _is_the_word(scene, answer.words) else None
    match answer.value:
        case "yes":
            return _gone()
        case "keep":
            return _kept(scene)
        case _:
            return tap_a_button(scene)


def _gone() -> Turn:
    return Turn(None, effects=(EraseEverything(),))


def _kept(scene: Scene) -> Turn:
    return Turn(None, say=scene.voice.say(N_("Good. Everything stays as it is.")))


def _is_the_word(scene: Scene, words: str) -> bool:
    said = words.strip(" .!“”\"'/").casefold()
    return said in {WORD.casefold(), scene.voice.say(WORD).casefold()}


WORD = N_("Delete")
"""The word that a person may write instead of the second tap."""

DELETE = Flow(
    "delete",
    version=1,
    steps=(Step("all", _ask_what_goes, _take_what_goes), Step("sure", _ask_sure, _take_sure)),
    lapses=DAY // 24,
)

CHAPTER = Chapter(
    flows=(DELETE,),
    commands={
        "privacy": Command(N_("What I keep, and who can read it"), _privacy, N_("/privacy")),
        "export": Command(N_("All that is yours, as files"), _export, N_("/export")),
        "delete": Command(N_("Take away everything that I keep of you"), _delete, N_("/delete")),
    },
    effects={SendExport: _perform_export, EraseEverything: _perform_erasing},
)
