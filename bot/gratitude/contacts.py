"""Finds links and contact details in a sentence, also disguised ones. Pure.

Rather strict: whoever is stopped by mistake is told how to say it otherwise, and nothing that leads away passes. What
a chat would turn into a link by itself is one, so "Danke.Es war schön" wants a space: `.es` is an ending. Where a dot
stands apart from the words, case and the commonness of the ending decide, for that is how sentences end as well.

The words are in `contacts.toml`. `endings.txt` holds the endings of IANA's root zone
(https://data.iana.org/TLD/tlds-alpha-by-domain.txt); `make disguises` writes it.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

from bot.gratitude.disguises import bare, closed_up, latin
from bot.gratitude.numbers import has_telephone_number

_WORDS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("contacts.toml").read_text(encoding="utf-8"))


def _listed(section: str, key: str) -> list[str]:
    return [latin(bare(word)) for word in _WORDS[section][key].split()]


_STRONG, _KNOWN, _EVERYDAY = (frozenset(_listed("endings", key)) for key in ("strong", "known", "everyday"))
_TITLES, _ABBREVIATIONS = (frozenset(_listed("short", key)) for key in ("titles", "abbreviations"))
_PLATFORMS, _MINE, _HANDLES, _ON = (frozenset(_listed("names", key)) for key in ("platforms", "mine", "handles", "on"))
_WITH = re.compile(rf"\b(?:{'|'.join(_listed('endings', 'com'))})")
"""Portuguese and Catalan, where "com" is a word."""
_GOES_ON = re.compile(r" [^\W\d_]")

_DOT = re.compile(r"(?<![\w-])([\w-]{1,63})([ \n]?)([.。])(?=([ \n]?)([\w-]+)(/\w)?)")
_INITIALS = re.compile(r"(?<!\w)\w\.\Z")
_LINE_END = re.compile(r"(?<![.。\n])\n(?![.。\n])")

_LAST = r"(?!always|usual|well|ever|immer|sonst)\w{3,32}(?= ?(?:$|[.,;!?)\n]))"
_NAMED = r"(?: (?:name|handle|id|nick\w{0,4}|user ?name|user|account|konto|nummer|number))?"
_BEHIND_PLATFORM = re.compile(
    rf"{_NAMED} ?(?:[:=@\u27a1👉]|[-=]>) ?[\w@]"
    r"|(?:[ ,(-]{1,3}\w{1,32}){0,2}[ ,(-]{1,3}(?=[\w.]{4})[a-z][a-z.]{0,31}[_\d]"
    rf"| (?:as|als|unter|under|como|sous|pod) {_LAST}"
)
_BEHIND_MINE = re.compile(rf"{_NAMED}(?: (?:is|ist|lautet|heisst|es|est|e|jest|{latin('это')}))? {_LAST}")
_HANDLE = re.compile(r"(?=\w{4})[a-z]\w*[_\d]\w*")
_WORD = re.compile(r"\w+")

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_MAIL = r"(?:gmail|googlemail|hotmail|gmx|icloud|yahoo|proton(?:mail)?|posteo|t-online|yandex|outlook|aol)\b"
_BRACKETED = re.compile(
    r" ?[(\[{<] ?(?:[.,]|(?:dot|d0t|punkt|point|punto|ponto|точка)(?!\w)) ?[)\]}>] ?(?=\w)", re.IGNORECASE
)


def _one_of(words: str) -> str:
    return "|".join(latin(bare(word)) for word in words.split())


def _said(dots: str, endings: str) -> str:
    edge = r"\b" if _one_of(dots).isascii() else ""  # where no spaces part the words, none are asked for
    return rf"{edge}(?:{_one_of(dots)}) ?[)\]}}]? ?(?:{_one_of(endings)})(?![a-z0-9-])"


_SIGNS = (
    # (what a text holds that is looked at more closely, how it looks then)
    ("/", r"(?<=[a-z]) ?: ?/ ?/"),
    ("www", r"(?<!\w)www ?(?:[.,]| [a-z])"),
    (":", r"\b(?:mailto|tel|sms|tg|javascript|data|skype|whatsapp|viber|callto|geo|bitcoin|discord):(?=[^\s)])"),
    ("xn--", r"\bxn--\w"),
    (".", rf"(?<![\w.]){_OCTET}(?:\.{_OCTET}){{3}}(?![\w.]?\w)"),
    ("me", r"\bt ?\.? ?me ?(?:/|slash) ?\w"),
    ("gg", r"\bdiscord ?gg ?(?:/|slash)? ?\w"),
    (", ; * | ~", r"[,;*|~](?:com|net|org|info|biz|xyz|ru|de|ch|uk)(?![\w-])(?! [^\W\d_])"),
    ("@", r"@(?!\d{1,2}(?::\d\d)? ?(?:[ap]m|h|uhr)?\b)[\w<]|(?<=[\w>])@|@ [a-z]+[\w.]*[_\d]"),
    ("( [ {", r"(?<=\w) ?[(\[{] ?(?:at|@) ?[)\]}] ?\w"),
    ("<", r"<[@#&!]"),
    ("#", r"\b\w{2,32}#\d{4}\b"),  # a Discord name of the old kind
    (_WORDS["names"]["at"], rf"\b(?:{_one_of(_WORDS['names']['at'])})\b[)\]}}]? ?{_MAIL}"),
    ("line", r"\bline id ?[:=]? ?\w"),
    ("tel", r"\btel(?:efon|ephone)?\.? ?(?:nr\.?|number|nummer)?[ :]{0,2}\d{3}"),
    *((dots, _said(dots, endings)) for dots, endings in _WORDS["dots"].items()),
)
_SEEN = tuple((tuple(latin(bare(hint)) for hint in hints.split()), re.compile(pattern)) for hints, pattern in _SIGNS)


def leads_away(text: str) -> bool:
    """Return whether the text holds a link, an address, an @name or a telephone number, as far as can be told."""
    read = bare(text)
    views = {view for lines in (read, _LINE_END.sub("", read)) for view in (lines, closed_up(lines))}
    return has_telephone_number(read) or any(_is_linked(view) for view in views)


def _is_linked(text: str) -> bool:
    text = _BRACKETED.sub(".", text)
    plain = latin(text)
    if any(sign.search(plain) for hints, sign in _SEEN if any(hint in plain for hint in hints)) or _is_named(plain):
        return True
    word = _WITH.search(plain) is not None
    return any(_is_domain(dot, com_is_word=word) for dot in _DOT.finditer(text))


def _is_named(plain: str) -> bool:
    """Return whether a name on some platform is told."""
    before: list[str] = []
    for word in _WORD.finditer(plain):
        if word[0] in _PLATFORMS:
            if _BEHIND_PLATFORM.match(plain, word.end()):
                return True
            if len(before) > 1 and before[-1] in _ON and _HANDLE.fullmatch(before[-2]):
                return True
            mine = not _MINE.isdisjoint(before[-2:]) or not _HANDLES.isdisjoint(before[-2:])
            if mine and _BEHIND_MINE.match(plain, word.end()):
                return True
        before.append(word[0])
    return False


def _is_domain(dot: re.Match[str], *, com_is_word: bool) -> bool:
    """Return whether what stands around a dot is a domain, rather than the end of a sentence and its next one."""
    label, before, _, after, written, path = dot.groups()
    ending = _ending(dot)
    title = written[0].isupper() and not written[1:].isupper()
    if ending is None:
        if before or after:
            return False
        leads = path is not None and not title and len(label) > 1 and len(written) > 1
        return leads or _poses(label) or _poses(written)
    if path:
        return True
    if not (before or after):
        return not _is_abbreviation(dot, ending, title=title)
    if ending == "com":
        return not (com_is_word and _GOES_ON.match(dot.string, dot.end(5)))
    if ending in _STRONG:
        return not title
    return bool(before) and not title and ending not in _EVERYDAY and (len(ending) == 2 or ending in _KNOWN)


def _is_abbreviation(dot: re.Match[str], ending: str, *, title: bool) -> bool:
    """Return whether it is "m.in.", "e.g.so", "Mr.Black" or the number of a line, "2.Es"."""
    label = dot[1].casefold()
    if f"{label}.{ending}" in _ABBREVIATIONS or (len(label) == 1 and _INITIALS.search(dot.string, 0, dot.start())):
        return True
    return title and (label in _TITLES or (label.isdigit() and len(label) < 3))


def _ending(dot: re.Match[str]) -> str | None:
    """Return the known ending behind a dot, or None."""
    written = dot[5].split("_")[0].rstrip("-").casefold()
    start = re.match(r"[a-z0-9-]*", written)
    for name in (written, start[0] if start else ""):
        # A Chinese or Japanese sentence ends with that dot, and the next one follows at once.
        if name in _endings() and (dot[3] == "." or name.isascii()):
            return name
    alike = latin(written)
    # In Russian or Greek many a word could be read as Latin letters, but hardly two that meet at a dot.
    return alike if alike in _endings() and latin(dot[1]).isascii() else None


def _poses(word: str) -> bool:
    """Return whether a word passes for a Latin one with letters of other scripts in it."""
    return not word.isascii() and latin(word).isascii() and any(char.isascii() and char.isalpha() for char in word)


@cache
def _endings() -> frozenset[str]:
    lines = Path(__file__).with_name("endings.txt").read_text(encoding="utf-8").splitlines()
    names = " ".join((*lines[1:], _WORDS["endings"]["others"])).split()
    return frozenset(bare(name).casefold() for name in names) - frozenset(_WORDS["endings"]["nobodys"].split())
