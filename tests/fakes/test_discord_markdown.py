"""How Discord's Markdown reads: https://discord.com/developers/docs/reference#message-formatting."""

import discord
import pytest

from tests.fakes.discord_markdown import Reader, render

NOW = 1_767_225_600  # 2026-01-01 00:00 UTC
READER = Reader("Europe/Berlin", lambda n: {11: "Ann"}.get(n, "unknown-user"), lambda n: "general", lambda: NOW)

READ = [
    ("**bold** *one* _two_ __under__ ~~gone~~ ||hidden||", "bold one two under gone hidden"),
    ("***both*** and **a *b* c**", "both and a b c"),
    ("snake_case_word and 2 * 3 * 4", "snake_case_word and 2 * 3 * 4"),
    ("`*as* it <@11> is` and ```py\nx = __y__\n```", "*as* it <@11> is and x = __y__"),
    (r"\*not bold\* \_ \# C:\new", r"*not bold* _ # C:\new"),
    ("# Head\n## Two\n-# small\n#none\nC #1", "Head\nTwo\nsmall\n#none\nC #1"),
    ("- one\n  - two\n* three\n-four", "• one\n  • two\n• three\n-four"),
    ("7. May\n7. June\n\n7.5 hours", "7. May\n8. June\n\n7.5 hours"),
    ("> said\n>>> all\n>none", "said\nall\n>none"),
    ("[words](https://a.example/x) [no](tg://user?id=1)", "words [no](tg://user?id=1)"),
    ("<https://a.example/_x_> https://a.example/_x_", "https://a.example/_x_ https://a.example/_x_"),
    ("<@11> <@!12> <#5> <@&1> </now:9> <:leaf:9>", "@Ann @unknown-user #general @unknown-role /now :leaf:"),
    (f"<t:{NOW}:t> <t:{NOW}:D> <t:{NOW}> <t:{NOW + 300}:R>", "01:00 1 January 2026 1 January 2026 01:00 in 5 minutes"),
    ("12:30 :smile: ** alone __ ~ ` (", "12:30 :smile: ** alone __ ~ ` ("),
    ("", ""),
]


@pytest.mark.parametrize(("source", "read"), READ)
def test_marks_go_and_words_stay(source: str, read: str) -> None:
    assert render(source, READER) == read


@pytest.mark.parametrize("words", ["*a*", "_a_ `b`", "> a", "# a", "[a](https://b.example)", "~~a~~ ||b||", "- a"])
def test_what_discord_py_escapes_reads_as_it_was_written(words: str) -> None:
    assert render(discord.utils.escape_markdown(words), Reader()) == words
    assert render(words, Reader()) != words
