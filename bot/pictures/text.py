"""Any text, made fit to be drawn, and cut where letters may be parted."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.pictures import emoji
from bot.pictures.fonts import CHINESE, JAPANESE, PLAIN, Face, covers, faces, invisible
from bot.pictures.look import LONGEST

MOST_MARKS = 4
"""Marks on one letter: enough for Hebrew and Thai; beyond is meant to spill over the lines around."""
KEYCAP = "\u20e3"
JOINERS = "\u200c\u200d"
KANA = range(0x3040, 0x3100)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a reader sees as one letter: its text, and either the font that has it, or an emoji's name, or neither."""

    text: str
    face: Face | None
    emoji: str = ""


def clean(text: str) -> str:
    """Return the text on one line, without what has no shape of its own: controls, halves of surrogate pairs, private
    use, and marks that are drawn around others.

    Marks that turn the direction of what follows go too: each text stands alone, and its letters tell its direction.
    """
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", _encodable(text[:LONGEST])):
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Zs", "Zl", "Zp"):
            letter, marks = " ", 0
        elif kind in ("Co", "Cs") or (kind in ("Cf", "Me") and not invisible(letter) and letter != KEYCAP):
            continue
        else:
            marks = marks + 1 if kind == "Mn" and not invisible(letter) else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return " ".join("".join(kept).split())


def _encodable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


@lru_cache(maxsize=256)
def clusters(text: str, language: str) -> tuple[Cluster, ...]:
    """Return a clean text's clusters, each with its font."""
    known = _by_content(faces(language), text, language)
    found: list[Cluster] = []
    at = 0
    while at < len(text):
        drawn = emoji.at(text, at)
        if drawn and (emoji.insistent(text[at : drawn[0]]) or not any(covers(face, text[at]) for face in PLAIN)):
            end, name = drawn
            found.append(Cluster(text[at:end], None, name))
        else:
            end = _end(text, at)
            part = text[at:end]
            if not all(invisible(letter) for letter in part):  # a joiner with nothing to join
                found.append(Cluster(part, _face(part, found, known)))
        at = end
    return tuple(found)


def _by_content(known: tuple[Face, ...], text: str, language: str) -> tuple[Face, ...]:
    """Japanese shows by its syllables whatever the language of the picture; Chinese and Korean go by the language."""
    if CHINESE in known and any(ord(letter) in KANA for letter in text) and not language.startswith("zh"):
        return tuple(JAPANESE if face is CHINESE else face for face in known)
    return known


def _end(text: str, start: int) -> int:
    """Return where the letter that begins here ends: with its marks, and with what a joiner or a virama ties to it."""
    at = start + 1
    while at < len(text):
        letter, before = text[at], text[at - 1]
        tied = before in JOINERS or unicodedata.combining(before) == 9
        if not (unicodedata.category(letter).startswith("M") or invisible(letter) or (tied and letter.isalpha())):
            break
        at += 1
    return at


def _face(part: str, before: list[Cluster], known: tuple[Face, ...]) -> Face | None:
    """Return the font of a letter. A sign or space stays in the font of the letter before it, if that has it."""
    last = before[-1].face if before else None
    if last and not part[0].isalpha() and last in known and covers(last, part):
        return last
    found = next((face for face in known if covers(face, part)), None)
    if found is None and len(part) > 1:  # better the letter without a mark that nobody can draw
        found = next((face for face in known if covers(face, part[0])), None)
    return found


def has_shape(text: str, language: str) -> bool:
    """Return whether every letter of a text has a font or a drawing."""
    return all(cluster.face or cluster.emoji for cluster in clusters(clean(text), language))


SAMPLES = {
    "Latin": ("Ağ", "en"),
    "Cyrillic": ("Жґ", "ru"),
    "Greek": ("Ωά", "el"),
    "Arabic": ("شكر", "ar"),
    "Hebrew": ("תודה", "he"),
    "Devanagari": ("माँ", "hi"),
    "Japanese": ("雨の", "ja"),
    "Korean": ("고마", "ko"),
    "Chinese": ("谢謝", "zh"),
}
"""A few letters of every script that Pebble promises to draw."""


def missing_scripts() -> list[str]:
    """Return the scripts whose letters would be drawn as pebbles, for want of a font: none, when all is installed."""
    missing = [script for script, (sample, language) in SAMPLES.items() if not has_shape(sample, language)]
    return missing if emoji.present() else [*missing, "Emoji"]
