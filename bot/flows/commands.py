"""The first words and the way out: /start, /help, /cancel, and the line for words that nobody waits for."""

from bot.flows import suggest
from bot.flows.adding import begin_sign_up
from bot.flows.calendar_file import send_calendar
from bot.flows.cleaning import cleaned
from bot.flows.conversation import keep_what_was_said, start
from bot.flows.invited import open_way
from bot.flows.live import stop_running
from bot.flows.nudge_cards import show_nudges
from bot.flows.pausing import rest, resume
from bot.flows.plan import plan
from bot.flows.positions import leave
from bot.flows.shelves import contact_line
from bot.flows.timer import stop_timer
from bot.flows.visit import Chapter, Command, Option, Visit, choices
from bot.flows.zone import ZONE
from bot.gratitude.invitations import looks_like_token
from bot.nudges import queries
from bot.speech import Outgoing, Payload
from bot.texts import N_


def run(visit: Visit, name: str) -> None:
    """Run a command; an unknown one gets the line for words that nobody waits for."""
    command = visit.book.commands.get(name) or _in_their_language(visit, name)
    if command is None:
        helpful_line(visit)
    else:
        command.run(visit)


def _in_their_language(visit: Visit, name: str) -> Command | None:
    """Return the command that is called so in the person's language."""
    return next((c for c in visit.book.commands.values() if c.word and visit.voice.say(c.word) == f"/{name}"), None)


def helpful_line(visit: Visit) -> None:
    """Answer words that no flow waits for."""
    visit.say(
        N_("I only know small things, but I’m here. What would help right now?"),
        (
            (visit.button(N_("A moment now"), Payload("menu", 0, "now")),),
            (
                visit.button(N_("My nudges"), Payload("menu", 0, "nudges")),
                visit.button(N_("Help"), Payload("menu", 0, "help")),
            ),
        ),
    )


def _start(visit: Visit) -> None:
    if looks_like_token(visit.incoming.rest.strip()):  # a deep link of Telegram's: /start <token>
        open_way(visit, visit.incoming.rest)
        return
    if queries.of_person(visit.tx, visit.person.id, visit.person.seal):
        visit.say(N_("Hello again. Everything is as you left it."))
        show_nudges(visit)
    else:
        begin_sign_up(visit)


def _zone(visit: Visit) -> None:
    """Ask for the zone; a place that follows the command is taken for the answer."""
    start(visit, ZONE, words=cleaned(visit.incoming.rest))


def _resume(visit: Visit) -> None:
    resume(visit)
    if not queries.of_person(visit.tx, visit.person.id, visit.person.seal):
        show_nudges(visit)


def _keep(visit: Visit) -> None:
    visit.say(N_("Good. I stay at your times."))


def _help(visit: Visit) -> None:
    text = visit.voice.say(
        N_(
            "I nudge you at the times you chose.\n"
            "/now a moment · /nudges see and change · /moments your words · "
            "/settings · /pause · /cancel leave a question\n\n"
            "I’m a program, not a therapist, and no person answers here."
        )
    )
    people = visit.voice.say(
        N_(
            "If you are in danger, call your local emergency number. findahelpline.com lists people in your country "
            "who listen, free and at any hour."
        )
    )
    contact = contact_line(visit)
    label = N_("Change the contact") if contact else N_("Keep a contact")
    row = (
        visit.button(label, Payload("menu", 0, "helper")),
        visit.button(N_("What I keep"), Payload("menu", 0, "comfort")),
    )
    visit.show(Outgoing("\n\n".join(filter(None, (text, people, contact))), (row,)))


def _cancel(visit: Visit) -> None:
    keep_what_was_said(visit)
    stopped = any([stop_running(visit), stop_timer(visit)])
    if leave(visit.tx, visit.person) or stopped:
        line = visit.voice.say(N_("We leave it there. What is set stays set."))
        visit.show(Outgoing(line, settles_location=True))
    else:
        visit.say(N_("There is nothing to leave right now."))


CHAPTER = Chapter(
    flows=(ZONE,),
    commands={
        "start": Command(N_("Begin, or see what is set"), _start, N_("/start")),
        "plan": Command(N_("Today and tomorrow at a glance"), plan, N_("/plan")),
        "zone": Command(
            N_("Your time zone"),
            _zone,
            N_("/zone"),
            Option(N_("city"), N_("Your city, or the nearest large one"), suggest.places),
        ),
        "calendar": Command(N_("A calendar file of your nudges"), send_calendar, N_("/calendar")),
        "resume": Command(N_("Nudges come again"), _resume, N_("/resume")),
        "help": Command(N_("What I can do, and people to talk to"), _help, N_("/help")),
        "cancel": Command(N_("Leave a question"), _cancel, N_("/cancel")),
    },
    taps={"still": choices({"keep": _keep, "change": show_nudges, "rest": rest})},
)
