"""/calendar: all nudges that do not rest as a file for any calendar (iCalendar, RFC 5545)."""

from bot.flows.plan import awake, nothing_set
from bot.flows.visit import Visit
from bot.nudges import queries
from bot.schedules.calendar import Entry, calendar_file
from bot.schedules.times import next_after
from bot.schedules.words import words
from bot.schedules.zones import local
from bot.speech import Attachment, Outgoing
from bot.texts import N_

NAME, MIME = "nudges.ics", "text/calendar"


def send_calendar(visit: Visit) -> None:
    """Send the person their calendar file; where it would be empty, a line that says why."""
    found = queries.of_person(visit.tx, visit.person.id, visit.person.seal)
    if not found:
        nothing_set(visit)
        return
    if visit.person.paused(visit.tx.now):
        visit.say(N_("Paused; /resume brings it back."))
        return
    entries = [
        _entry(visit, nudge, title)
        for nudge, title in awake(visit, found)
        if next_after(nudge.rule, nudge.zone, visit.tx.now)
    ]
    if not entries:
        visit.say(N_("Nothing is to come right now. /nudges shows what is set."))
        return
    file = Attachment(NAME, MIME, calendar_file(entries, visit.tx.now).decode())
    caption = visit.voice.say(N_("Your nudges for your calendar. When you change them here, ask for the file again."))
    visit.show(Outgoing(caption, attachment=file))


def _entry(visit: Visit, nudge: queries.Nudge, title: str) -> Entry:
    now = visit.tx.now
    cue = nudge.cue_words or visit.catalogue.cue_phrase(nudge.cue, visit.voice)
    note = cue or words(nudge.rule, visit.voice.language, local(nudge.zone, now).date())
    return Entry(f"nudge-{nudge.id}", title, nudge.rule, nudge.zone, now, note)
