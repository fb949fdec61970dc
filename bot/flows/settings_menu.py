"""/settings and /language: what holds for everything, in one message that is redrawn."""

from dataclasses import replace

from babel.core import Locale

from bot.flows.own_day import PARTS
from bot.flows.visit import OLD, Chapter, Command, Visit
from bot.nudges import queries
from bot.people.queries import set_feelings, set_language, set_sound
from bot.schedules.zones import local
from bot.speech import Button, Outgoing, Payload, Rows
from bot.texts import LANGUAGES, N_, Voice


def name_of(language: str) -> str:
    """Return what a language calls itself."""
    name = Locale.parse(language).get_display_name() or language
    return name[:1].upper() + name[1:]


def _settings(visit: Visit) -> None:
    visit.show(_drawn(visit))


def _drawn(visit: Visit) -> Outgoing:
    nudges = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    twice = [nudge.follow_up for nudge in nudges]
    buttons = [
        visit.button(N_("Language"), Payload("setting", 0, "language")),
        _switch(visit, N_("Faces"), "feelings", on=visit.person.feelings),
        _switch(visit, N_("Sound"), "sound", on=visit.person.sound),
        visit.button(N_("Day parts"), Payload("menu", 0, "day")),
        visit.button(N_("Quiet hours"), Payload("menu", 0, "quiet")),
        visit.button(N_("Time zone"), Payload("menu", 0, "zone")),
    ]
    if twice:
        buttons.insert(2, _switch(visit, N_("Ask twice"), "twice", on=all(twice)))
    return Outgoing("\n".join([visit.voice.say(N_("Your settings:")), *_lines(visit, twice)]), _pairs(buttons))


def _lines(visit: Visit, twice: list[bool]) -> list[str]:
    """Return each setting as it is."""
    say, time, person = visit.voice.say, visit.voice.time, visit.person
    lines = [say(N_("Language: {language}"), language=name_of(visit.voice.language))]
    lines.append(say(N_("Faces before and after: yes") if person.feelings else N_("Faces before and after: no")))
    lines.append(say(N_("Nudges come with a sound") if person.sound else N_("Nudges come without a sound")))
    if all(twice) and twice:
        lines.append(say(N_("Ask once more after half an hour: yes")))
    elif twice:
        some = N_("Ask once more after half an hour: for some")
        lines.append(say(some if any(twice) else N_("Ask once more after half an hour: no")))
    lines.append(", ".join(f"{say(label)} {time(getattr(person.parts, part))}" for part, label in PARTS.items()))
    if person.quiet:
        start, end = time(person.quiet.start), time(person.quiet.end)
        lines.append(say(N_("Quiet hours: {start}–{end}"), start=start, end=end))
    else:
        lines.append(say(N_("Quiet hours: none")))
    here = local(person.here, visit.tx.now)
    now = time(here.hour * 60 + here.minute)
    lines.append(say(N_("Time zone: {zone}, {time} now"), zone=person.here, time=now))
    return lines


def _switch(visit: Visit, label: str, choice: str, *, on: bool) -> Button:
    mark = "✓ " if on else ""
    return Button(f"{mark}{visit.voice.say(label)}", str(Payload("setting", 0, choice)))


def _language(visit: Visit) -> None:
    visit.say(ASKED, _languages(visit, "language", ""))


ASKED = N_("Which language shall I speak? You can write to me in any that I know.")


def _languages(visit: Visit, verb: str, prefix: str) -> Rows:
    """Return the languages by their own names, the present one marked."""
    return _pairs(
        [
            Button(
                f"✓ {name_of(one)}" if one == visit.voice.language else name_of(one),
                str(Payload(verb, 0, f"{prefix}{one.lower()}")),
            )
            for one in LANGUAGES
        ]
    )


def _speak(visit: Visit, choice: str) -> bool:
    """Speak the chosen language from now on; return False for one that is not there."""
    language = next((one for one in LANGUAGES if one.lower() == choice), None)
    if language is None:
        return False
    set_language(visit.tx, visit.person.id, language)
    visit.person = replace(visit.person, language=language)
    visit.voice = Voice.of(language)
    return True


def _choose_language(visit: Visit, payload: Payload) -> None:
    if payload.choice not in [one.lower() for one in LANGUAGES] or not visit.settle():
        visit.toast = visit.voice.say(OLD)
    elif _speak(visit, payload.choice):
        visit.say(N_("I speak {language} from now on."), language=name_of(visit.voice.language))


def _set(visit: Visit, payload: Payload) -> None:
    """Change one setting and redraw them all."""
    what, _, value = payload.choice.partition(".")
    if what == "language" and not value:
        rows = (*_languages(visit, "setting", "language."), (_back(visit),))
        visit.redraw(Outgoing(visit.voice.say(ASKED), rows))
        return
    match what:
        case "feelings":
            visit.person = replace(visit.person, feelings=not visit.person.feelings)
            set_feelings(visit.tx, visit.person.id, visit.person.feelings)
        case "sound":
            visit.person = replace(visit.person, sound=not visit.person.sound)
            set_sound(visit.tx, visit.person.id, visit.person.sound)
        case "twice":
            _ask_twice(visit)
        case "language" if _speak(visit, value):
            pass
        case "back":
            pass
        case _:
            visit.toast = visit.voice.say(OLD)
            return
    visit.redraw(_drawn(visit))


def _ask_twice(visit: Visit) -> None:
    """Let all nudges ask once more, or none where all do already."""
    nudges = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    wanted = not all(nudge.follow_up for nudge in nudges)
    for nudge in nudges:
        if nudge.follow_up != wanted:
            queries.set_follow_up(visit.tx, nudge, wanted)


def _back(visit: Visit) -> Button:
    return visit.button(N_("Back"), Payload("setting", 0, "back"))


def _pairs(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))


CHAPTER = Chapter(
    commands={
        "settings": Command(N_("Language, faces, quiet hours and more"), _settings, N_("/settings")),
        "language": Command(N_("The language I speak"), _language, N_("/language")),
    },
    taps={"setting": _set, "language": _choose_language},
)
