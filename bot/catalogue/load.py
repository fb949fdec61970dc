"""Reads the packs. What is wrong in one is said in one line that names the file and the key."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.catalogue.catalogue import Catalogue, Offer, Theme
from bot.catalogue.cues import Cue, CueFile, SignUpFile
from bot.catalogue.fields import Data
from bot.catalogue.models import Pack, Practice
from bot.errors import Misconfigured

HERE = Path(__file__).parent

FileModel = TypeVar("FileModel", bound=Data)
Packs = Sequence[tuple[Path, Pack]]


def load_catalogue(extra_folders: Sequence[Path] = ()) -> Catalogue:
    """Read Pebble's own packs and those in a host's folders, in this order.

    A pack may add to a theme that is already there; its first title stays, and so does that of a source.
    Raises Misconfigured, in one line that names the file and the key, for whatever is wrong in a pack.
    """
    packs = [(path, _read(path, Pack)) for folder in (HERE / "packs", *extra_folders) for path in _files_in(folder)]
    practices = _by_key(packs)
    _check_links(packs, practices)
    return Catalogue(
        practices.values(),
        _themes(packs),
        _cues(HERE / "cues.toml"),
        _first(HERE / "signup.toml", practices),
        _sources(packs),
    )


def _files_in(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise Misconfigured(f"catalogue: no packs (*.toml) in {folder}")
    return files


def _read(path: Path, model: type[FileModel]) -> FileModel:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Misconfigured(f"catalogue: {path}: {error.strerror}") from error
    except ValueError as error:
        raise Misconfigured(f"catalogue: {path}: not TOML: {_one_line(str(error))}") from error
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise Misconfigured(f"catalogue: {path}: {_first_trouble(raw, error)}") from error


def _first_trouble(raw: dict[str, object], error: ValidationError) -> str:
    """Return the first thing that pydantic found, with keys in place of numbers where a table has one."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    place: list[str] = []
    value: object = raw
    for part in found[0]["loc"]:
        value = _inside(value, part)
        if isinstance(part, int) and isinstance(value, dict):
            place.append(str(value.get("key") or value.get("practice") or value.get("do") or part + 1))
        elif isinstance(part, int):
            place.append(str(part + 1))
        elif not (isinstance(value, _Nowhere) and place and part == place[-1]):
            # The tag of a step is a part of its own to pydantic; it is named once.
            place.append(part)
    # A list that lost a wrong item may be called too short as well: that is not one more mistake.
    others = sum(not any(e["loc"] == f["loc"][: len(e["loc"])] for f in found if f is not e) for e in found[1:])
    more = f" (and {others} more)" if others else ""
    message = found[0]["msg"].removeprefix("Value error, ")
    return f"{' '.join(place)}: {_one_line(message)}{more}"


class _Nowhere:
    """A place that the file does not have, such as a missing key."""

    def __init__(self, value: object) -> None:
        self.value = value


def _inside(value: object, part: int | str) -> object:
    holder = value.value if isinstance(value, _Nowhere) else value
    if isinstance(part, int) and isinstance(holder, list) and part < len(holder):
        return holder[part]
    if isinstance(holder, dict) and part in holder:
        return holder[part]
    return _Nowhere(holder)


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _by_key(packs: Packs) -> dict[str, Practice]:
    practices: dict[str, Practice] = {}
    where: dict[str, Path] = {}
    for path, pack in packs:
        for practice in pack.practice:
            if practice.key in practices:
                raise _trouble(path, practice, f"key: is in {where[practice.key].name} too")
            practices[practice.key] = practice
            where[practice.key] = path
    return practices


def _check_links(packs: Packs, practices: dict[str, Practice]) -> None:
    for path, pack in packs:
        for practice in pack.practice:
            if practice.source not in pack.sources:
                raise _trouble(path, practice, f"source: {practice.source!r} is not in [sources]")
            unknown = [key for key in practice.next if key not in practices]
            if unknown:
                raise _trouble(path, practice, f"next: there is no practice {unknown[0]!r}")


def _trouble(path: Path, practice: Practice, what: str) -> Misconfigured:
    return Misconfigured(f"catalogue: {path}: practice {practice.key} {what}")


def _themes(packs: Packs) -> Iterable[Theme]:
    titles: dict[str, str] = {}
    keys: dict[str, list[str]] = {}
    for _, pack in packs:
        titles.setdefault(pack.theme, pack.title)
        keys.setdefault(pack.theme, []).extend(practice.key for practice in pack.practice)
    return [Theme(key, title, tuple(keys[key])) for key, title in titles.items()]


def _cues(path: Path) -> Iterable[Cue]:
    return _read(path, CueFile).cue


def _first(path: Path, practices: dict[str, Practice]) -> Iterable[Offer]:
    for offer in _read(path, SignUpFile).first:
        if offer.practice not in practices:
            raise Misconfigured(f"catalogue: {path}: first {offer.practice}: no such practice")
        yield Offer(offer.practice, offer.label or practices[offer.practice].title)


def _sources(packs: Packs) -> dict[str, str]:
    return {key: title for _, pack in reversed(packs) for key, title in pack.sources.items()}
