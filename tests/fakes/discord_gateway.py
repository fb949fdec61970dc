"""The Gateway: sessions that a bot opens, resumes and loses, over websockets with plain JSON frames.

https://discord.com/developers/docs/events/gateway. An event goes to every session that asked for it. One whose
connection broke keeps its events until it is resumed; to a bot that begins anew they are lost.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from .discord_world import GUILD, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content


@dataclass(eq=False)
class Link:
    """One websocket. Frames go out in the order of `send`, which may be called from any thread."""

    request: web.Request
    socket: web.WebSocketResponse
    loop: asyncio.AbstractEventLoop
    frames: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue)

    def send(self, frame: str | int) -> None:
        """A frame, or the code to close with."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.frames.put_nowait, frame)

    def cut(self) -> None:
        """Breaks the connection without a word."""
        if self.request.transport and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.request.transport.abort)

    async def write(self) -> None:
        """Sends what was queued, until a code says to close."""
        while True:
            frame = await self.frames.get()
            if isinstance(frame, int):
                await self.socket.close(code=frame)
                return
            await self.socket.send_str(frame)


@dataclass(eq=False)
class Session:
    """What Discord keeps of one IDENTIFY: what was asked for, and what was sent since."""

    id: str
    intents: int
    link: Link | None
    events: list[str] = field(default_factory=list)

    def add(self, name: str, body: dict[str, Any]) -> None:
        """Numbers an event, keeps it and sends it when somebody is connected."""
        self.events.append(_frame(DISPATCH, body, s=len(self.events) + 1, t=name))
        if self.link:
            self.link.send(self.events[-1])


class Gateway:
    """All sessions of the bot. `resumable`: whether a RESUME is granted. `beat`: seconds between heartbeats."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.resumable = True
        self.beat = 41.25
        self.identified = 0
        self.resumed = 0
        world.dispatch = self.dispatch

    def dispatch(self, name: str, body: dict[str, Any], intent: int) -> None:
        """Hands an event to the sessions that asked for this intent (0: for all)."""
        with self.world.changed:
            for session in self.sessions.values():
                if not intent or session.intents & intent:
                    session.add(name, body)

    @property
    def links(self) -> list[Link]:
        """The connections with a session, now."""
        return [session.link for session in self.sessions.values() if session.link]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        link = Link(request, socket, asyncio.get_running_loop())
        link.send(_frame(HELLO, {"heartbeat_interval": int(self.beat * 1000)}))
        writer = asyncio.create_task(link.write())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(link, message.data)
        finally:
            writer.cancel()
            self._leave(link, socket.close_code)
        return socket

    def _hear(self, link: Link, text: str) -> None:
        try:
            frame = json.loads(text)
            op, body = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            link.send(4002)
            return
        with self.world.changed:
            known = any(session.link is link for session in self.sessions.values())
            if op == HEARTBEAT:
                link.send(_frame(ACK, None))
            elif op in {IDENTIFY, RESUME} and known:
                link.send(4005)
            elif op == IDENTIFY:
                self._identify(link, body)
            elif op == RESUME:
                self._resume(link, body)
            elif op not in {PRESENCE, VOICE, MEMBERS}:
                link.send(4001)
            elif not known:
                link.send(4003)
            self.world.changed.notify_all()

    def _identify(self, link: Link, body: dict[str, Any]) -> None:
        intents = body.get("intents")
        if body.get("token") != self.world.token:
            link.send(4004)
        elif not isinstance(intents, int):
            link.send(4013)
        elif intents & _PRIVILEGED:
            link.send(4014)
        else:
            session = Session(secrets.token_hex(16), intents, link)
            self.sessions[session.id] = session
            self.identified += 1
            session.add("READY", self._ready(session))
            if intents & GUILDS:
                session.add("GUILD_CREATE", _guild(self.world))

    def _ready(self, session: Session) -> dict[str, Any]:
        application = {key: self.world.application[key] for key in ("id", "flags")}
        return {
            "v": 10,
            "user": self.world.bot.json() | {"verified": True, "mfa_enabled": False, "flags": 0},
            "guilds": [{"id": str(GUILD), "unavailable": True}] if session.intents & GUILDS else [],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.world.url.replace("http", "ws", 1) + "/gateway",
            "application": application,
        }

    def _resume(self, link: Link, body: dict[str, Any]) -> None:
        if body.get("token") != self.world.token:
            link.send(4004)
            return
        session = self.sessions.get(body.get("session_id", ""))
        seq = body.get("seq") or 0
        if session is None or not self.resumable:
            self.sessions.pop(body.get("session_id", ""), None)
            link.send(_frame(INVALID_SESSION, False))
        elif seq > len(session.events):
            link.send(4007)
        else:
            if session.link:
                session.link.send(4000)
            session.link = link
            for event in session.events[seq:]:
                link.send(event)
            self.resumed += 1
            session.add("RESUMED", {})

    def _leave(self, link: Link, code: int | None) -> None:
        """A connection that the bot closed with 1000 or 1001 takes its session with it."""
        with self.world.changed:
            for session in list(self.sessions.values()):
                if session.link is link:
                    session.link = None
                    if code in {1000, 1001}:
                        del self.sessions[session.id]
            self.world.changed.notify_all()

    def close(self) -> None:
        """Ends every connection, as Discord does when a machine of its own is taken away."""
        for link in self.links:
            link.send(4000)


def _frame(op: int, body: Any, *, s: int | None = None, t: str | None = None) -> str:
    return json.dumps({"op": op, "d": body, "s": s, "t": t})


def reconnect_frame() -> str:
    """Asks the bot to connect again and resume."""
    return _frame(RECONNECT, None)


def invalid_frame(*, resumable: bool) -> str:
    """Tells the bot that its session is no longer good."""
    return _frame(INVALID_SESSION, resumable)


def _guild(world: World) -> dict[str, Any]:
    """The one server, as GUILD_CREATE describes it to a bot without privileged intents."""
    everyone = {"id": str(GUILD), "name": "@everyone", "permissions": "0", "position": 0, "color": 0}
    flags = {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
    colors = {"colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}
    me = {"user": world.bot.json(), "roles": [], "joined_at": "2026-01-01T00:00:00+00:00"}
    return {
        "id": str(GUILD),
        "name": "A quiet place",
        "owner_id": "1",
        "roles": [everyone | flags | colors],
        "emojis": [],
        "stickers": [],
        "features": [],
        "channels": [each.json() for each in world.channels.values() if each.kind == 0],
        "members": [me | {"deaf": False, "mute": False, "flags": 0}],
        "threads": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "member_count": 2,
        "unavailable": False,
        "large": False,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_flags": 0,
        "premium_progress_bar_enabled": False,
    }
