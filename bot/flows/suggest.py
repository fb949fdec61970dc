"""What could be meant while somebody types what follows a command: practices, own nudges, places."""

from bot.flows.visit import Looking
from bot.nudges import queries
from bot.schedules.aliases import zone_names
from bot.schedules.cities import City, cities_beginning
from bot.schedules.words import words
from bot.schedules.zones import known_zone, local

MOST = 25
"""Choices at once; Discord shows no more (Application Commands, "Autocomplete")."""
LONG_ENOUGH = 4
"""Characters from which a zone is looked for by its own name as well."""


def practices(looking: Looking) -> list[tuple[str, str]]:
    """Return the practices whose title or key has what is typed, those that begin so first."""
    typed = looking.typed.strip().casefold()
    titles = [(looking.voice.say(practice.title), practice) for practice in looking.catalogue]
    found = [(title, one) for title, one in titles if typed in title.casefold() or typed in one.key]
    found.sort(key=lambda pair: not pair[0].casefold().startswith(typed))
    return [(f"{practice.icon} {title}", title) for title, practice in found[:MOST]]


def own_nudges(looking: Looking) -> list[tuple[str, str]]:
    """Return the person's nudges, each with its number in the list that /nudges shows."""
    person = looking.person
    if person is None:
        return []
    found = []
    for number, nudge in enumerate(queries.of_person(looking.tx, person.id, person.seal), 1):
        practice = looking.catalogue.get(nudge.practice)
        title = looking.voice.say(practice.title) if practice else nudge.practice
        when = words(nudge.rule, looking.voice.language, local(nudge.zone, looking.tx.now).date())
        found.append((f"{number}. {title} · {when}", str(number)))
    typed = looking.typed.strip().casefold()
    return [(label, number) for label, number in found if typed in label.casefold()][:MOST]


def places(looking: Looking) -> list[tuple[str, str]]:
    """Return the places whose name begins so and zones with that in their name, each with the time there.

    What they stand for is the zone (IANA name).
    """
    typed = looking.typed.strip()
    cities = cities_beginning(typed, looking.voice.language, MOST)
    if len(typed) >= LONG_ENOUGH:
        named = {known_zone(name) for name in zone_names() if typed.lower().replace(" ", "_") in name}
        offered = {city.zone for city in cities}
        cities += [City(zone, zone) for zone in sorted(filter(None, named)) if zone not in offered]
    cities = cities[:MOST]
    clocks = [local(city.zone, looking.tx.now) for city in cities]
    return [
        (f"{city.label} · {looking.voice.time(here.hour * 60 + here.minute)}", city.zone)
        for city, here in zip(cities, clocks, strict=True)
    ]
