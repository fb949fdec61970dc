"""Steps that several flows share: choosing a time, and finding out what time it is where somebody is. Pure."""

from bot.flows.engine import Answer, Ask, Choice, Scene, Turn, Unclear
from bot.schedules.phrases import Said, read_phrase
from bot.schedules.rules import EVERY_DAY, WEEKDAYS, Weekly, next_times
from bot.schedules.zones import PLACES, half_hours_around, local, places_where_it_is
from bot.texts import N_


def rows_of(choices: list[Choice], width: int) -> tuple[tuple[Choice, ...], ...]:
    """Return the choices in rows of at most `width`."""
    return tuple(tuple(choices[n : n + width]) for n in range(0, len(choices), width))


def read_time(scene: Scene, answer: Answer, near: int) -> Said | Unclear:
    """Return the time that was tapped or typed."""
    if answer.value is not None and answer.value.isdecimal() and int(answer.value) < 24 * 60:
        return Said(int(answer.value), None)
    said = read_phrase(answer.words or "", near)
    if said is None:
        return Unclear(scene.voice.say(N_("I can’t read a time in that yet. Try “8:30” or “weekdays 8:30”.")))
    return said


def rule_of(said: Said, default: frozenset[int]) -> Weekly:
    """Return the rule for what was said; where no day was said, the default days."""
    return Weekly(said.days or default, (said.minute,))


def echo(scene: Scene, rule: Weekly, zone: str) -> str:
    """Return the next three times in words, joined by commas."""
    times = next_times(rule, zone, scene.now, 3)
    return ", ".join(scene.voice.day_time(local(zone, time.at)) for time in times)


def ask_here(scene: Scene) -> Ask:
    """Ask whether the guessed zone shows the person's own time."""
    now = local(scene.guessed_zone, scene.now)
    yes, no = (scene.voice.say(N_("Yes")), "yes"), (scene.voice.say(N_("No")), "no")
    text = scene.voice.say(N_("Is it {time} where you are?"), time=scene.voice.time(now.hour * 60 + now.minute))
    return Ask(text, ((yes, no),))


def ask_clock(scene: Scene) -> Ask:
    """Offer the times that clocks around the world show now."""
    clocks = [t.hour * 60 + t.minute for t in half_hours_around(scene.now)]
    # The value is how far the clock is ahead of UTC: it still means the same when the tap comes minutes later.
    ahead = [f"utc+{(minute - scene.now // 60) % (24 * 60)}" for minute in clocks]
    text = scene.voice.say(N_("What time is it for you? Tap it, or type it."))
    return Ask(text, rows_of(list(zip(map(scene.voice.time, clocks), ahead, strict=True)), 5))


def take_clock(scene: Scene, answer: Answer, *, one: str, several: str) -> Turn | Unclear:
    """Learn the zone from the local time; go to step `one` when a single place fits, else to step `several`."""
    minute = _clock_minute(scene, answer)
    if isinstance(minute, Unclear):
        return minute
    places = places_where_it_is(minute, scene.now)
    if not places:
        return Unclear(scene.voice.say(N_("No clock shows that right now. What does yours say, such as 17:42?")))
    if len(places) == 1:
        return Turn(one, {"zone": places[0].zone})
    return Turn(several, {"clock": minute})


def _clock_minute(scene: Scene, answer: Answer) -> int | Unclear:
    """Return what the person's clock shows now, in minutes of the day."""
    _, tapped, ahead = (answer.value or "").partition("utc+")
    if tapped and ahead.isdecimal():
        return (scene.now // 60 + int(ahead)) % (24 * 60)
    here = local(scene.guessed_zone, scene.now)
    said = read_phrase(answer.words or "", here.hour * 60 + here.minute)
    if said is None:
        return Unclear(scene.voice.say(N_("I can’t read a clock in that. What does yours say, such as 17:42?")))
    return said.minute


def ask_city(scene: Scene) -> Ask:
    """Offer cities whose clocks show the person's time: they part ways at the next change to or from summer time."""
    places = places_where_it_is(scene.data["clock"], scene.now)
    choices = [(place.city, str(PLACES.index(place))) for place in places]
    return Ask(scene.voice.say(N_("Which of these shares your time, summer and winter?")), rows_of(choices, 3))


def city_zone(scene: Scene, answer: Answer) -> str | Unclear:
    """Return the zone of the city that was tapped or typed."""
    if answer.value is not None and answer.value.isdecimal() and int(answer.value) < len(PLACES):
        return PLACES[int(answer.value)].zone
    typed = (answer.words or "").strip().casefold()
    for place in PLACES:
        if typed == place.city.casefold():
            return place.zone
    return Unclear(scene.voice.say(N_("I don’t know that place yet. Tap one whose clock agrees with yours.")))


def default_days(scene: Scene) -> frozenset[int]:
    """Return the days that fit the cue: every day for going to bed, weekdays otherwise."""
    cue = scene.catalogue.cues.get(scene.data.get("cue") or "")
    return EVERY_DAY if cue and cue.days == "every-day" else WEEKDAYS
