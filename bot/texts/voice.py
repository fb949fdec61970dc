"""How Pebble says something in a person's language.

English is the source: a message is its own id. The other languages are what translators write, beside this
file: `locale/<language>/LC_MESSAGES/pebble.po`. A language is available as soon as its file is there; it is read
when the first person is spoken to in it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.core import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.speech.instants import DATE, marked
from bot.texts.accepted import wishes

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
    """Return the languages that Pebble speaks, English first, found by their files."""
    found = {path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
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
        return _voice(_closest(language, spoken) or ENGLISH, folder)

    @classmethod
    def accepted(cls, header: str) -> "Voice":
        """Return the voice for a browser's Accept-Language header, which may hold anything.

        Of the languages that it asks for the dearest one that Pebble speaks, or English.
        """
        return cls.of(next((tag for tag in wishes(header) if _closest(tag, LANGUAGES)), ENGLISH))

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
        """Return a minute of the local day on the 24-hour clock: "8:30", "17:42", "03:30"."""
        return clock(minute_of_day)

    def day_time(self, local: datetime) -> str:
        """Return weekday and time of a local moment: "Thu 8:30"."""
        return self.say(N_("{day} {time}"), day=self._day_names()[local.weekday()], time=self.time(_minute_of(local)))

    def instant(self, local: datetime) -> str:
        """Return the time of an aware local moment, which a platform may show in the reader's own way."""
        return marked(int(local.timestamp()), self.time(_minute_of(local)))

    def day_instant(self, local: datetime) -> str:
        """Return weekday and time of an aware local moment: "Thu 8:30"; the reader's own way then has the date."""
        # Both together: beside a time by another clock, the weekday could be a wrong one.
        return marked(int(local.timestamp()), self.day_time(local), DATE)

    def day_date(self, day: date) -> str:
        """Return a date with its weekday: "Thu 19 Nov"."""
        # Translators: a CLDR date pattern with weekday, day and month; put them in your language's order.
        return format_date(day, self.say(N_("EEE d MMM")), locale=self.locale)

    def date_time(self, local: datetime) -> str:
        """Return date and time of a local moment: "Thu 19 Nov, 8:30"."""
        day = self.day_date(local.date())
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


def clock(minute_of_day: int) -> str:
    """Return a minute of the day on the 24-hour clock; in the small hours with a zero.

    Without it 3:30 could be taken for the afternoon's.
    """
    hour, minute = divmod(minute_of_day, 60)
    return f"{hour:02d}:{minute:02d}" if hour <= 4 else f"{hour}:{minute:02d}"


def _minute_of(local: datetime) -> int:
    return local.hour * 60 + local.minute


@lru_cache(maxsize=1024)
def _closest(tag: str, spoken: tuple[str, ...]) -> str | None:
    """Return the spoken language with the longest run of subtags in common with the tag."""
    known = {language.replace("_", "-").lower(): language for language in spoken}
    parts = tag.strip().replace("_", "-").lower().split("-")[:4]
    for length in range(len(parts), 0, -1):
        found = known.get("-".join(parts[:length]))
        if found is not None:
            return found
    return None


@lru_cache(maxsize=64)
def _voice(language: str, folder: Path) -> Voice:
    path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    return Voice(language, _read(path, language) if path.is_file() else NullTranslations())


def _read(path: Path, language: str) -> GNUTranslations:
    """Compile a translator's file in memory: what is not translated yet, or marked fuzzy, is said in English."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
