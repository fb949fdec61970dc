"""The parameters of one call, read the way the Bot API reads them: every value is a text.

"Making requests" allows URL query, form, multipart and JSON; in a JSON body a value that is no string is
kept as its JSON text, so a nested keyboard looks the same whether it came as JSON or as a form field
(HttpReader::parse_json_parameters). Bytes that are no UTF-8 stay visible as lone surrogates, so that the
method that uses the text can refuse it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from .bot_api_refusals import Refusal, bad

_MAX_BODY = 50 * 1024 * 1024  # "Sending files": 50 MB is the most that a bot can upload
_MAX_DEPTH = 100  # HttpReader: DEFAULT_MAX_DEPTH


@dataclass(frozen=True)
class Params:
    """Values by name (the first of a repeated key wins) and uploaded files, with their names, by part name."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    filenames: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value, or an empty text when it is missing: the Bot API knows no difference."""
        return self.values.get(name, "")

    def integer(self, name: str, default: int = 0, least: int = -(2**63), most: int = 2**63 - 1) -> int:
        """A number clamped to its range, never refused; rubbish counts as 0 (Client::get_integer_arg)."""
        raw = self.text(name).strip()
        if not raw:
            return max(least, min(most, default))
        digits = raw[1:] if raw[0] == "-" else raw
        value = int(raw) if digits.isascii() and digits.isdigit() and len(digits) < 20 else 0
        return max(least, min(most, value))

    def flag(self, name: str) -> bool:
        """True for true, yes and 1 in any case (Client::to_bool)."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, refusal: str) -> Any:
        """The parsed value, None when missing. Raises a 400 with `refusal` when it is no JSON."""
        raw = self.text(name)
        return loads(raw, refusal) if raw else None


def loads(raw: str, refusal: str) -> Any:
    """JSON no deeper than the Bot API takes; a 400 with `refusal` otherwise."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise bad(refusal) from None
    if _depth(value) > _MAX_DEPTH:
        raise bad(refusal)
    return value


def _depth(value: Any) -> int:
    layer, depth = [value], 0
    while layer := [
        inner
        for outer in layer
        if isinstance(outer, (dict, list))
        for inner in (outer.values() if isinstance(outer, dict) else outer)
    ]:
        depth += 1
    return depth


async def read_params(request: web.Request) -> Params:
    """All parameters, those of the address first. Raises a `Refusal` for a body it cannot read."""
    pairs = parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True, errors="surrogateescape")
    files: dict[str, bytes] = {}
    filenames: dict[str, str] = {}
    kind = request.content_type
    if request.method == "POST" and kind == "multipart/form-data":
        await _read_multipart(request, pairs, files, filenames)
    elif request.method == "POST":
        pairs += _read_body(kind, await request.read())
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    return Params(values, files, filenames)


def _read_body(kind: str, body: bytes) -> list[tuple[str, str]]:
    if len(body) > _MAX_BODY:
        raise Refusal(413, "Request Entity Too Large")
    if not body.strip():
        return []
    if kind == "application/json":
        return _from_json(body.decode("utf-8", "surrogateescape"))
    if kind == "application/x-www-form-urlencoded":
        text = body.decode("utf-8", "surrogateescape")
        return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    return []  # other kinds are not looked at, as on the real server


def _from_json(text: str) -> list[tuple[str, str]]:
    value = loads(text, "can't parse parameter value: Can't parse JSON")
    if not isinstance(value, dict):
        raise bad("JSON object expected")
    return [(name, item if isinstance(item, str) else json.dumps(item)) for name, item in value.items()]


async def _read_multipart(
    request: web.Request, pairs: list[tuple[str, str]], files: dict[str, bytes], filenames: dict[str, str]
) -> None:
    try:
        reader = await request.multipart()
    except (ValueError, AssertionError):
        raise Refusal(400, "Bad Request: boundary not found") from None
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise Refusal(400, "Bad Request: field name in multipart/form-data not found")
        content = bytes(await part.read(decode=False))
        if part.filename is None:
            pairs.append((part.name, content.decode("utf-8", "surrogateescape")))
        else:
            files[part.name], filenames[part.name] = content, part.filename
