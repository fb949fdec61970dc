"""Make bot/gratitude/alike.txt and endings.txt, what links are written in and end in; `make disguises` runs it.

Letters that look alike are Unicode's (UTS #39, confusables), taken from the package confusable-homoglyphs; endings are
IANA's root zone, taken from the copy that the package hypothesis brings.
"""

import json
import re
import textwrap
import unicodedata
from importlib.util import find_spec
from pathlib import Path

ROOM = Path(__file__).parents[1] / "bot" / "gratitude"
NAMED = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL"
    r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER"
    r"|LATIN (?:SMALL|CAPITAL) LETTER (?:DOTLESS|LONG|OPEN|SCRIPT))"
    r" ([A-Z])"
)
"""Letters that are Latin ones by their name; Unicode counts few of them as alike."""
BY_EYE = {"п": "n", "η": "n", "и": "u", "ω": "w", "ς": "c"}
"""Alike in many fonts, though not to Unicode."""


def folder_of(package: str) -> Path:
    """Return where a package lies."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def bare(text: str) -> str:
    """Return a text without accents and forms, in small letters."""
    folded = unicodedata.normalize("NFKD", text)
    return "".join(char for char in folded if unicodedata.category(char) != "Mn").casefold()


def latin(char: str, alike: dict[str, list[dict[str, str]]]) -> str | None:
    """Return the one small Latin letter that a character looks like, itself or as a capital; or None."""
    if char in BY_EYE:
        return BY_EYE[char]
    named = NAMED.fullmatch(unicodedata.name(char, ""))
    if named is not None:
        return named[1].lower()
    for form in (char, char.upper()):
        looks = [bare(other["c"]) for other in alike.get(form, ())]
        found = sorted({look for look in looks if len(look) == 1 and "a" <= look <= "z"})
        if found:
            # "l", "I" and "1" are alike to Unicode: what is a capital i stays one.
            capital = found == ["l"] and char != char.lower() and latin(char.lower(), alike) == "i"
            return "i" if capital else found[0]
    return None


def look_alikes() -> str:
    """Return a line for each Latin letter: the letter, then what looks like it. Digits stay digits."""
    alike = json.loads((folder_of("confusable_homoglyphs") / "confusables.json").read_text(encoding="utf-8"))
    lines: dict[str, list[str]] = {letter: [] for letter in "abcdefghijklmnopqrstuvwxyz"}
    for char in map(chr, range(0x80, 0x20000)):
        # What bot.gratitude.disguises folds by itself is left out.
        if (char.isalpha() or NAMED.fullmatch(unicodedata.name(char, ""))) and bare(char) == char.casefold():
            found = latin(char, alike)
            if found is not None:
                lines[found].append(char)
    return "".join(f"{letter}{''.join(chars)}\n" for letter, chars in lines.items())


def endings() -> str:
    """Return all top-level domains as people read them, with the version of IANA's list."""
    head, *names = (folder_of("hypothesis") / "vendor" / "tlds-alpha-by-domain.txt").read_text().splitlines()
    shown = [name.lower() for name in names]
    shown += [name[4:].encode().decode("punycode") for name in shown if name.startswith("xn--")]
    return f"# IANA's root zone. {head[2:]}\n{textwrap.fill(' '.join(shown), 120, break_on_hyphens=False)}\n"


def main() -> None:
    """Write both files."""
    (ROOM / "alike.txt").write_text(look_alikes(), encoding="utf-8")
    (ROOM / "endings.txt").write_text(endings(), encoding="utf-8")


if __name__ == "__main__":
    main()
