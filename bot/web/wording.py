"""What is said to a browser, in the language that it asks for."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse

from bot.texts import Voice
from bot.texts.marked import as_data, in_script, said

PAGE = Path(__file__).with_name("page")
_NO_DATA = ">{}</script>"


def voice_for(headers: Headers) -> Voice:
    """Return the voice for whoever sent these headers."""
    return Voice.accepted(headers.get("accept-language", ""))


def kind_line(asked: Headers, text: str, status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer a request, by its headers, with one line that its reader understands."""
    return JSONResponse({"line": voice_for(asked).say(text)}, status, headers=headers)


class Frame:
    """The page in every language, made when somebody first asks for it; a `demo` page calls itself a playground."""

    def __init__(self, *, demo: bool) -> None:
        html = (PAGE / "chat.html").read_text(encoding="utf-8")
        self._html = html.replace('data-demo="no"', 'data-demo="yes"') if demo else html
        scripts = (path.read_text(encoding="utf-8") for path in PAGE.glob("*.js"))
        self._texts = [text for script in scripts for _, text in in_script(script)]
        self._made = cache(self._make)

    def answer(self, asked: Headers) -> HTMLResponse:
        """Return the page for a request with these headers."""
        voice = voice_for(asked)
        # A browser that has changed its language asks anew, and so does whatever stands in between.
        headers = {"cache-control": "no-cache", "vary": "Accept-Language", "content-language": _tag(voice)}
        return HTMLResponse(self._made(voice), headers=headers)

    def _make(self, voice: Voice) -> str:
        html = said(self._html.replace(' lang="en"', f' lang="{_tag(voice)}"', 1), voice)
        return html.replace(_NO_DATA, f">{as_data(self._texts, voice)}</script>", 1)


def _tag(voice: Voice) -> str:
    return voice.language.replace("_", "-")
