"""How Pebble says something in a person's language.

English is the source: a message is its own id. The other languages are compiled gettext catalogues beside
this file, `locale/<language>/LC_MESSAGES/pebble.mo`; a language is available as soon as its folder is there.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.core import Locale
from babel.dates import format_date
from babel.lists import format_list

FOLDER = Path(__file__).with_name("locale")
DOMAIN = "pebble"
ENGLISH = "en"

# International English: the day before the month and no comma before "and". CLDR's plain "en" is American.
_LOCALES = {ENGLISH: "en_001"}

_WEEKDAYS = frozenset(range(5))
_WEEKEND = frozenset((5, 6))


def N_(message: str) -> str:
    """Return the message unchanged; the name marks it for extraction."""
    return message


def available(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the languages that Pebble speaks, English first, found by their folders."""
    found = {path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


LANGUAGES = available()


class Voice:
    """One language. Reads nothing after it has been made, and is shared by everyone who speaks that language.

    `language` is one of the available languages, `locale` Babel's data for it.
    """

    def __init__(self, language: str, texts: NullTranslations) -> None:
        self.language = language
        self.locale = Locale.parse(_LOCALES.get(language, language))
        self._texts = texts

    @classmethod
    def of(cls, language: str, folder: Path = FOLDER) -> "Voice":
        """Return the voice for a BCP 47 tag, which may be anything that a platform hinted.

        "de-AT" is answered with "de" while nobody has written Austrian texts, an unknown tag with English.
        """
        spoken = LANGUAGES if folder == FOLDER else available(folder)
        return _voice(_closest(language, spoken), folder)

    def say(self, message: str, /, **values: object) -> str:
        """Return a message of ours in this language, with the values put in as they are.

        Only the message is a template. A value that looks like one stays as somebody typed it, and a message
        that comes without values is not read as a template either.
        """
        template = self._texts.gettext(message) if message else ""
        return template.format_map(values) if values else template

    def count(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """Return the form of a message that fits the number; `{n}` in it stands for the number."""
        return self._texts.ngettext(singular, plural, n).format_map({"n": n, **values})

    def time(self, minute_of_day: int) -> str:
        """Return a minute of the local day on the 24-hour clock: "8:30", "17:42"."""
        hour, minute = divmod(minute_of_day, 60)
        return f"{hour}:{minute:02d}"

    def day_time(self, local: datetime) -> str:
        """Return weekday and time of a local moment: "Thu 8:30"."""
        return self.say(N_("{day} {time}"), day=self._day_names()[local.weekday()], time=self.time(_minute_of(local)))

    def date_time(self, local: datetime) -> str:
        """Return date and time of a local moment: "Thu 19 Nov, 8:30"."""
        # Translators: a CLDR date pattern with weekday, day and month; put them in your language's order.
        pattern = self.say(N_("EEE d MMM"))
        day = format_date(date(local.year, local.month, local.day), pattern, locale=self.locale)
        return self.say(N_("{date}, {time}"), date=day, time=self.time(_minute_of(local)))

    def days(self, weekdays: Iterable[int]) -> str:
        """Return days of the week (0 is Monday) as people say them: "weekdays", "Mon, Wed and Fri"."""
        chosen = frozenset(weekdays)
        if chosen == _WEEKDAYS | _WEEKEND:
            return self.say(N_("every day"))
        if chosen == _WEEKDAYS:
            return self.say(N_("weekdays"))
        if chosen == _WEEKEND:
            return self.say(N_("weekends"))
        names = self._day_names()
        return self.all_of([names[day] for day in sorted(chosen)])

    def either(self, items: Sequence[str]) -> str:
        """Return a list of which one is meant: "tea, coffee or water"."""
        return format_list(items, "or", locale=self.locale)

    def all_of(self, items: Sequence[str]) -> str:
        """Return a list of which all are meant: "tea, coffee and water"."""
        return format_list(items, "standard", locale=self.locale)

    def _day_names(self) -> dict[int, str]:
        names: dict[int, str] = self.locale.days["stand-alone"]["abbreviated"]
        return names


def _minute_of(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _closest(tag: str, spoken: Sequence[str]) -> str:
    """Return the spoken language with the longest run of subtags in common with the tag, or English."""
    known = {language.replace("_", "-").lower(): language for language in spoken}
    parts = tag.strip().replace("_", "-").lower().split("-")[:4]
    for length in range(len(parts), 0, -1):
        found = known.get("-".join(parts[:length]))
        if found is not None:
            return found
    return ENGLISH


@lru_cache(maxsize=64)
def _voice(language: str, folder: Path) -> Voice:
    path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not path.is_file():
        return Voice(language, NullTranslations())
    with path.open("rb") as file:
        return Voice(language, GNUTranslations(file))
