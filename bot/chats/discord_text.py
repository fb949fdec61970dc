"""Plain text as Discord shows it: everything there is Markdown, so what is not meant as such is escaped.

What counts as Markdown: https://support.discord.com/hc/en-us/articles/210298617. What stands for a time:
https://discord.com/developers/docs/reference#message-formatting.
"""

import re

from bot.speech.instants import pieces

LONGEST = 2000
"""Characters of a message (Channel resource, "Create Message")."""
LONGEST_EMBED = 4096
"""Characters of an embed's description ("Embed Limits")."""

# A link is kept as it is, for a backslash would become a part of it, and put in brackets: then no preview follows it.
_LINK = re.compile(r"https?://[^\s<>]*[^\s<>.,:;!?\"'\])]")
_ANYWHERE = re.compile(r"[\\*_~`|<\[@]")
# What makes a heading, a quote, a list or small print at the beginning of a line, and a numbered list.
_AT_START = re.compile(r"^([^\S\n]*(?:\d+(?=[.)]))?)([#>+.)-])", re.MULTILINE)


def rendered(text: str) -> str:
    """Return Markdown that reads like `text`, its instants as the reader's own clock shows them."""
    return pieces(text, _escaped, lambda at, form: f"<t:{at}:{form}>")


def _escaped(text: str) -> str:
    done, at = [], 0
    for link in _LINK.finditer(text):
        done += [_ANYWHERE.sub(r"\\\g<0>", text[at : link.start()]), f"<{link[0]}>"]
        at = link.end()
    done.append(_ANYWHERE.sub(r"\\\g<0>", text[at:]))
    return _AT_START.sub(r"\1\\\2", "".join(done))


def clipped(text: str, longest: int) -> str:
    """Return at most `longest` characters, with an ellipsis where something is left out."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
