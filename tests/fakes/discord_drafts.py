"""The body of a message: what Discord takes, and what it refuses.

Limits: https://discord.com/developers/docs/resources/message#create-message and #embed-object-embed-limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from .discord_components import check_rows, numbered
from .discord_errors import Form, refused
from .discord_world import EPHEMERAL, SILENT, SUPPRESS_EMBEDS, VOICE, Attachment, Channel, Message, User, World

_FILE_LIMIT = 10 * 1024 * 1024  # bytes: /docs/reference#uploading-files
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_MENTION = re.compile(r"@everyone|@here|<@!?(\d+)>|<@&(\d+)>")


@dataclass(frozen=True)
class Upload:
    """A file as it came in a multipart body."""

    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Draft:
    """A message that passed."""

    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    reference: int | None = None
    pings: list[str] = field(default_factory=list)


def read_draft(
    world: World,
    body: dict[str, Any],
    files: dict[int, Upload],
    channel: Channel,
    *,
    old: Message | None = None,
    may_hide: bool = False,
) -> Draft:
    """Reads a new message or, over `old`, an edit. `may_hide`: it answers an interaction, so it may be ephemeral.

    Raises a `Refusal`.
    """
    form = Form()
    draft = _begun(old)
    if "content" in body:
        form.text("content", body["content"], 2000)
        draft = replace(draft, content=str(body["content"] or "").strip())
    if "embeds" in body:
        _check_embeds(form, body["embeds"])
        draft = replace(draft, embeds=body["embeds"] or [])
    if "components" in body:
        check_rows(form, body["components"])
    form.text("nonce", None if isinstance(body.get("nonce"), int) else body.get("nonce"), 25)
    flags = _flags(form, body.get("flags") or 0, draft.flags, edit=old is not None, may_hide=may_hide)
    reference, author = _reference(world, form, body.get("message_reference"), channel)
    _check_allowed(form, body.get("allowed_mentions"))
    form.check()
    if "components" in body:
        draft = replace(draft, components=numbered(body["components"] or []))
    if files or "attachments" in body:
        draft = replace(draft, attachments=_attachments(world, body, files, draft.attachments))
    pings = _pings(draft.content, body.get("allowed_mentions"), author) if old is None else []
    draft = replace(draft, flags=flags, reference=reference, pings=pings)
    _check_whole(draft)
    return draft


def _begun(old: Message | None) -> Draft:
    if old is None:
        return Draft()
    return Draft(old.content, old.embeds, old.components, old.attachments, old.flags)


def _check_whole(draft: Draft) -> None:
    """What only shows when everything is known."""
    if draft.flags & VOICE:
        if draft.content or draft.embeds or draft.components:
            raise refused(50159)
        if len(draft.attachments) != 1 or not draft.attachments[0].content_type.startswith("audio/"):
            raise refused(50160)
        if not {"duration_secs", "waveform"} <= draft.attachments[0].extra.keys():
            raise refused(50161)
    if not draft.content and not any(draft.embeds) and not draft.attachments and not draft.components:
        raise refused(50006)


def _check_embeds(form: Form, embeds: Any) -> None:
    total = 0
    for at, embed in enumerate(form.items("embeds", embeds, 10)):
        path = f"embeds.{at}"
        footer, author = embed.get("footer") or {}, embed.get("author") or {}
        parts = [(f"{path}.title", embed.get("title"), 256), (f"{path}.description", embed.get("description"), 4096)]
        parts += [(f"{path}.footer.text", footer.get("text"), 2048), (f"{path}.author.name", author.get("name"), 256)]
        for text in parts:
            form.text(*text)
        for number, one in enumerate(form.items(f"{path}.fields", embed.get("fields"), 25)):
            pair = [(f"{path}.fields.{number}.{name}", one.get(name), most) for name, most in _FIELD]
            for text in pair:
                form.text(*text, 1)
            parts += pair
        total += sum(len(value) for _, value, _ in parts if isinstance(value, str))
    if total > 6000:
        form.blame("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


_FIELD = (("name", 256), ("value", 1024))


def _flags(form: Form, value: Any, old: int, *, edit: bool, may_hide: bool) -> int:
    """The flags that a bot may set; an edit changes SUPPRESS_EMBEDS only."""
    allowed = SUPPRESS_EMBEDS | (0 if edit else SILENT | VOICE | (EPHEMERAL if may_hide else 0))
    if not isinstance(value, int) or value & ~(allowed | (old if edit else 0)):
        form.blame("flags", "BASE_TYPE_CHOICES", f"Only the flags {allowed} may be set here.")
        return old
    return (old & ~SUPPRESS_EMBEDS) | value if edit else value


def _reference(world: World, form: Form, value: Any, channel: Channel) -> tuple[int | None, User | None]:
    """The message that is replied to and its author; a missing one is an error unless the body says otherwise."""
    if not value:
        return None, None
    found = world.messages.get(int(value.get("message_id") or 0))
    if found and found.channel is channel and not found.deleted and not found.viewer:
        return found.id, found.author
    if value.get("fail_if_not_exists", True):
        form.blame("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return None, None


def _check_allowed(form: Form, allowed: Any) -> None:
    """`allowed_mentions`: who is named and a general leave for the same kind exclude each other."""
    if allowed is None:
        return
    parse = form.items("allowed_mentions.parse", allowed.get("parse"), 3)
    for kind in ("users", "roles"):
        named = form.items(f"allowed_mentions.{kind}", allowed.get(kind), 100)
        if named and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.blame("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _pings(content: str, allowed: dict[str, Any] | None, replied_to: User | None) -> list[str]:
    """Whom the message calls, as it is written there; whoever is replied to as `<@id>`."""
    parse = ["everyone", "users", "roles"] if allowed is None else allowed.get("parse") or []
    users = [str(each) for each in (allowed or {}).get("users") or []]
    roles = [str(each) for each in (allowed or {}).get("roles") or []]
    found = []
    for match in _MENTION.finditer(_CODE.sub("", content)):
        user, role = match.groups()
        if user and ("users" in parse or user in users):
            found.append(f"<@{user}>")
        elif role and ("roles" in parse or role in roles):
            found.append(f"<@&{role}>")
        elif not user and not role and "everyone" in parse:
            found.append(match.group())
    if replied_to and (allowed is None or allowed.get("replied_user")):
        found.append(f"<@{replied_to.id}>")
    return list(dict.fromkeys(found))


def _attachments(
    world: World, body: dict[str, Any], files: dict[int, Upload], kept: list[Attachment]
) -> list[Attachment]:
    """The attachments that stay and those that are new, in the order of the body."""
    if any(len(file.content) > _FILE_LIMIT for file in files.values()):
        raise refused(40005)
    form = Form()
    have = {str(each.id): each for each in kept}
    listed = body.get("attachments")
    told = form.items("attachments", listed, 10) if "attachments" in body else [{"id": old} for old in have]
    result = [have[str(each.get("id"))] for each in told if str(each.get("id")) in have]
    meta = {str(each.get("id")): each for each in told if str(each.get("id")) not in have}
    for name in meta:
        if not name.isdigit() or int(name) not in files:
            form.blame("attachments", "ATTACHMENT_NOT_FOUND", f"Attachment data for {name} not found")
    form.check()
    for number, file in sorted(files.items()):
        about = meta.get(str(number), {})
        title = str(about.get("filename") or file.filename)
        extra = {key: about[key] for key in ("duration_secs", "waveform") if key in about}
        kind = file.content_type
        kind = "audio/ogg" if title.endswith(".ogg") and kind == "application/octet-stream" else kind
        result.append(Attachment(world.new_id(), title, file.content, kind, about.get("description"), extra))
    return result
