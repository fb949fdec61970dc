"""Made-up translations, as a translator would have left them: a .po file in a folder of languages."""

from collections.abc import Callable, Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po


def write_translation(
    folder: Path, language: str, texts: Iterable[str | tuple[str, str]], translated: Callable[[str], str]
) -> Path:
    """Translate each text with `translated` into a file of this language, and return the folder of languages."""
    catalog = Catalog(locale=language)
    for text in texts:
        said = tuple(map(translated, text)) if isinstance(text, tuple) else translated(text)
        catalog.add(text, said)
    path = folder / language / "LC_MESSAGES" / "pebble.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalog)
    return folder
