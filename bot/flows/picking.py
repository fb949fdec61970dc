"""Choosing a practice by its theme, in one message that is redrawn. Pure."""

from collections.abc import Callable

from bot.flows.choosing import rows_of
from bot.flows.engine import Answer, Ask, Choice, Scene, Step, Turn, Unclear, tap_a_button
from bot.flows.sections import Section, by_theme, find, label, page_of
from bot.texts import N_

# No key of a practice or section begins like these.
BACK, MORE = "_back", "_more"


def picking_steps(
    question: str, done: Callable[[Scene, str], Turn | Unclear], back: Callable[[Scene], str | None]
) -> tuple[Step, ...]:
    """Return the steps that end in the key of a practice; they begin at `themes`.

    `question` is English (English), `back` names the step before, where there is one.
    """

    def ask_theme(scene: Scene) -> Ask:
        themes: list[Choice] = [(scene.voice.say(s.title), s.code) for s in by_theme(scene.catalogue)]
        rows = rows_of(themes, 2)
        return Ask(scene.voice.say(question), (*rows, (_back(scene),)) if back(scene) else rows)

    def take_theme(scene: Scene, answer: Answer) -> Turn | Unclear:
        if answer.value == BACK:
            return Turn(back(scene), redraws=True) if back(scene) else tap_a_button(scene)
        if _section(scene, answer.value) is None:
            return tap_a_button(scene)
        return Turn("theme", {"section": answer.value, "page": 0}, redraws=True)

    def take_practice(scene: Scene, answer: Answer) -> Turn | Unclear:
        page = scene.data["page"]
        match answer.value:
            case "_back":
                return Turn("theme", {"page": page - 1}, redraws=True) if page else Turn("themes", redraws=True)
            case "_more":
                return Turn("theme", {"page": page + 1}, redraws=True)
            case key if key in scene.catalogue:
                return done(scene, str(key))
            case _:
                return tap_a_button(scene)

    return (
        Step("themes", ask_theme, take_theme, takes_words=False),
        Step("theme", _ask_practice, take_practice, takes_words=False),
    )


def _ask_practice(scene: Scene) -> Ask:
    section = _section(scene, scene.data["section"])
    if section is None:  # it went out of the catalogue meanwhile
        return Ask(scene.voice.say(N_("There is nothing here any more.")), ((_back(scene),),))
    shown, more = page_of(section.practices, scene.data["page"])
    onward = ((scene.voice.say(N_("Next page")), MORE),) if more else ()
    text = scene.voice.say(N_("{theme}: which one?"), theme=scene.voice.say(section.title))
    return Ask(text, (*(((label(scene.voice, p), p.key),) for p in shown), (_back(scene), *onward)))


def _section(scene: Scene, code: str | None) -> Section | None:
    return find(scene.catalogue, code or "")


def _back(scene: Scene) -> Choice:
    return scene.voice.say(N_("Back")), BACK
