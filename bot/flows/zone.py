"""Finding the zone that somebody is in: by a shared location, a city, or the time that their clock shows. Pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.flows.choosing import ask_here, beside_their_clock, rows_of
from bot.flows.effects import KeepZone
from bot.flows.engine import Answer, Ask, Choice, Flow, Scene, Step, Turn, Unclear, tap_a_button
from bot.outbox.states import DAY
from bot.schedules.cities import City, find_cities
from bot.schedules.phrases import Understood, read
from bot.schedules.places import read_point, zone_at
from bot.schedules.rules import Times
from bot.schedules.zones import half_hours_around, known_zone, local, places_where_it_is
from bot.texts import N_

_CLOCK = re.compile(r"\d{1,2}(?:[:.]\d{2}\s?(?:[ap]\.?m\b\.?)?|\s?[ap]\.?m\b\.?|\s?Uhr\b)", re.IGNORECASE)
_AHEAD = re.compile(r"\s*(?:UTC|GMT)\s*([+−-])\s*(\d{1,2})(?::?([0-5]\d))?\s*", re.IGNORECASE)
_MOST_AHEAD = 14 * 60
MOST_CITIES, MOST_CHOICES, MOST_WORDS = 20, 8, 8
UNKNOWN = N_("I don’t know that place yet. Another city nearby, or what your clock says, such as 17:42?")

Found = Callable[[Scene, str], Turn | Unclear]
"""Takes the zone (IANA name) that was found."""


def zone_steps(found: Found) -> tuple[Step, ...]:
    """Return the steps that end in a zone; they begin at `clock`."""
    return (
        Step("clock", _ask_clock, partial(_take_clock, found), takes_location=True),
        Step("city", _ask_city, partial(_take_city, found)),
        Step("sure", _ask_sure, partial(_take_sure, found)),
        Step("place", _ask_place, partial(_take_place, found), takes_location=True),
    )


def _take_clock(found: Found, scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.value == "place":
        return Turn("place")
    if answer.location is not None:
        return _by_location(scene, answer.location, found)
    minute = _minute(scene, answer)
    if minute is None:
        return _by_name(scene, answer.words or "", found)
    return _by_clock(scene, minute, found)


def _by_clock(scene: Scene, minute: int, found: Found) -> Turn | Unclear:
    """Take what a clock shows, in minutes of the day."""
    places = places_where_it_is(minute, scene.now)
    if not places:
        return Unclear(scene.voice.say(N_("No clock shows that right now. What does yours say, such as 17:42?")))
    return _choose(scene, [(place.zone, place.city) for place in places], found)


def _take_city(found: Found, scene: Scene, answer: Answer) -> Turn | Unclear:
    cities = scene.data["cities"]
    if answer.value is not None and answer.value.isdecimal() and int(answer.value) < len(cities):
        return found(scene, cities[int(answer.value)][0])
    typed = (answer.words or "").strip().casefold()
    for zone, label in cities:
        if typed and typed in (label.casefold(), label.split(",")[0].casefold()):
            return found(scene, zone)
    return _by_name(scene, answer.words, found) if answer.words else tap_a_button(scene)


def _take_place(found: Found, scene: Scene, answer: Answer) -> Turn | Unclear:
    if answer.location is not None:
        return _by_location(scene, answer.location, found)
    return _without_key(scene, _by_name(scene, answer.words or "", found))


def _take_sure(found: Found, scene: Scene, answer: Answer) -> Turn | Unclear:
    match said_yes(scene, answer):
        case True:
            return found(scene, scene.data["found"])
        case False:
            return Turn("clock")
    return _by_name(scene, answer.words, found) if answer.words else tap_a_button(scene)


def _ask_clock(scene: Scene) -> Ask:
    """Offer the times that clocks around the world show now."""
    clocks = [t.hour * 60 + t.minute for t in half_hours_around(scene.now)]
    # The value is how far the clock is ahead of UTC: it still means the same when the tap comes minutes later.
    ahead = [f"utc+{(minute - scene.now // 60) % (24 * 60)}" for minute in clocks]
    rows = rows_of(list(zip(map(scene.voice.time, clocks), ahead, strict=True)), 5)
    share: tuple[tuple[Choice, ...], ...] = ()
    if scene.shares_location:
        share = (((scene.voice.say(N_("📍 Share my location")), "place"),),)
    return Ask(scene.voice.say(N_("What time is it for you? Tap it, or type it, or name your city.")), (*share, *rows))


def _minute(scene: Scene, answer: Answer) -> int | None:
    """Return what the person's clock shows now, in minutes of the day."""
    _, tapped, ahead = (answer.value or "").partition("utc+")
    if tapped and ahead.isdecimal():
        return (scene.now // 60 + int(ahead)) % (24 * 60)
    return _shown(scene, answer.words or "")


def _shown(scene: Scene, said: str) -> int | None:
    """Return the minute of the day that somebody reads from a clock: "17:42", "it's 5 pm here", "UTC+5:30"."""
    offset = _AHEAD.fullmatch(said)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        ahead = minutes if offset[1] == "+" else -minutes
        return (scene.now // 60 + ahead) % (24 * 60) if minutes <= _MOST_AHEAD else None
    whole = _read(scene, said)
    if whole.kind != "none":
        return _only(whole)
    clocks = _CLOCK.findall(said)
    return _only(_read(scene, clocks[0])) if len(clocks) == 1 else None


def _read(scene: Scene, said: str) -> Understood:
    here = local(scene.guessed_zone, scene.now)
    near = here.hour * 60 + here.minute
    return read(said, language=scene.language, zone=scene.guessed_zone, now=scene.now, near=near, any_hour=True)


def _only(found: Understood) -> int | None:
    minutes = found.rule.minutes if found.rule and not found.dated else None
    return minutes.minutes[0] if isinstance(minutes, Times) and len(minutes.minutes) == 1 else None


def _by_name(scene: Scene, name: str, found: Found) -> Turn | Unclear:
    """Take a city, a country or an IANA name."""
    known = known_zone(name.strip())
    if known:
        return found(scene, known)
    largest: dict[str, str] = {}  # one for each zone: the others keep the same time
    for city in _cities_in(name, scene.language):
        largest.setdefault(city.zone, city.label)
    if len(largest) == 1:
        # One place of that name in the whole list is still a guess: the name and its time are shown before it counts.
        ((zone, label),) = largest.items()
        return Turn("sure", {"found": zone, "place": label})
    if not largest and (_CLOCK.search(name) or _AHEAD.fullmatch(name)):
        minute = _shown(scene, name)
        if minute is not None:
            return _by_clock(scene, minute, found)
    return _choose(scene, list(largest.items())[:MOST_CHOICES], found)


def _cities_in(said: str, language: str) -> list[City]:
    """Return the cities of that name; of "I live in New York" those that the last of its words name."""
    words = said.split()[-MOST_WORDS:]
    for n in range(len(words)):
        found = find_cities(" ".join(words[n:]), language, MOST_CITIES)
        if found:
            return found
    return []


def _choose(scene: Scene, cities: list[tuple[str, str]], found: Found) -> Turn | Unclear:
    """Take the one zone that is left, or let the person choose."""
    if not cities:
        return Unclear(scene.voice.say(UNKNOWN))
    if len({zone for zone, _ in cities}) == 1:
        return found(scene, cities[0][0])
    return Turn("city", {"cities": [list(city) for city in cities]})


def _ask_sure(scene: Scene) -> Ask:
    now = local(scene.data["found"], scene.now)
    time, place = scene.voice.time(now.hour * 60 + now.minute), scene.data["place"]
    yes, no = (scene.voice.say(N_("Yes")), "yes"), (scene.voice.say(N_("No")), "no")
    text = scene.voice.say(N_("{place}: it is {time} there now. Right?"), place=place, time=time)
    return Ask(beside_their_clock(scene, text), ((yes, no),))


def _ask_city(scene: Scene) -> Ask:
    """Offer cities: those whose clocks agree now part ways at the next change to or from summer time."""
    choices = [(label, str(n)) for n, (_, label) in enumerate(scene.data["cities"])]
    text = scene.voice.say(N_("Which of these shares your time, summer and winter?"))
    return Ask(text, rows_of(choices, 1 if any(len(label) > 14 for label, _ in choices) else 3))


def _ask_place(scene: Scene) -> Ask:
    text = scene.voice.say(N_("Tap the key below. I only keep the zone, never the place. Or type a city."))
    return Ask(text, asks_location=scene.voice.say(N_("📍 Share my location")))


def _by_location(scene: Scene, written: str, found: Found) -> Turn | Unclear:
    point = read_point(written)
    zone = zone_at(*point) if point else None
    return _without_key(scene, found(scene, zone)) if zone else Unclear(scene.voice.say(UNKNOWN))


def _without_key(scene: Scene, turn: Turn | Unclear) -> Turn | Unclear:
    """Take the location key away with a line of its own: a message has either a key or buttons."""
    if isinstance(turn, Unclear):
        return turn
    thanks = turn.say or scene.voice.say(N_("Thank you, that is all I needed."))
    return replace(turn, say=thanks, settles_location=True)


def _take_here(scene: Scene, answer: Answer) -> Turn | Unclear:
    match said_yes(scene, answer):
        case True:
            return _keep(scene, scene.zone or scene.guessed_zone)
        case False:
            return Turn("clock")
    if answer.location is not None:
        return _by_location(scene, answer.location, _keep)
    return _by_name(scene, answer.words, _keep) if answer.words else tap_a_button(scene)


def said_yes(scene: Scene, answer: Answer) -> bool | None:
    """Return whether a yes or a no was tapped or typed, None when it was neither."""
    typed = (answer.words or "").strip(" .!").casefold()
    for value, label in (("yes", N_("Yes")), ("no", N_("No"))):
        if answer.value == value or typed == scene.voice.say(label).casefold():
            return value == "yes"
    return None


def _keep(scene: Scene, zone: str) -> Turn:
    now = local(zone, scene.now)
    time = scene.voice.time(now.hour * 60 + now.minute)
    line = N_("It is {time} with you now ({zone}). Your times follow your clock.")
    return Turn(None, effects=(KeepZone(zone),), say=scene.voice.say(line, time=time, zone=zone))


ZONE = Flow(
    "zone", version=1, steps=(Step("here", ask_here, _take_here, takes_location=True), *zone_steps(_keep)), lapses=DAY
)
