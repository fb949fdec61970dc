"""A moment in time inside a text, for platforms that show one in the reader's own way. Pure.

The text carries it as `<noncharacter>form, at<noncharacter>written<noncharacter>`, from where it is put together to
where it leaves. Unicode keeps these characters for use inside a program, and people's words are cleaned of them.
"""

import re
from collections.abc import Callable

BEGIN, MIDDLE, END = "\ufdd0", "\ufdd1", "\ufdd2"
TIME, DATE = "t", "f"
"""Forms: the time of day alone, or with its date. They are called as Discord calls them."""
_MARKED = re.compile(f"{BEGIN}([tf])(-?[0-9]{{1,12}}){MIDDLE}([^{BEGIN}{MIDDLE}{END}]*){END}")


def marked(at: int, written: str, form: str = TIME) -> str:
    """Return a time as it is written, with the instant that it stands for (UTC seconds)."""
    return f"{BEGIN}{form}{at}{MIDDLE}{written}{END}"


def plain(text: str) -> str:
    """Return the text with its instants as they are written."""
    return _MARKED.sub(r"\3", text) if BEGIN in text else text


def pieces(text: str, words: Callable[[str], str], instant: Callable[[int, str], str]) -> str:
    """Return the text with `words` applied to what stands between the instants, and `instant` to each and its form."""
    done, at = [], 0
    for found in _MARKED.finditer(text):
        done += [words(text[at : found.start()]), instant(int(found[2]), found[1])]
        at = found.end()
    return "".join([*done, words(text[at:])])
