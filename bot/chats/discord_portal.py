"""What Discord's developer portal says about the bot: what is missing there, and the link that invites it.

Shapes: https://discord.com/developers/docs/resources/application and .../topics/oauth2.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.errors import Misconfigured

AUTHORIZE = "https://discord.com/oauth2/authorize"
TO_SERVER, TO_USER = "0", "1"
"""Ways to install an app ("Application Integration Types")."""
SERVER_SCOPES, USER_SCOPES = frozenset(("bot", "applications.commands")), frozenset(("applications.commands",))
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Portal:
    """An application as the portal has it.

    `installs` are the ways in which it can be installed, each with the scopes of its link (None: it has none itself).
    """

    id: int
    name: str
    installs: dict[str, frozenset[str] | None]
    endpoint: str | None
    public: bool
    servers: int


async def ask_portal(token: str, api: str) -> Portal:
    """Return what the portal says. Raises Misconfigured, naming the setting that is wrong."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            address, headers = f"{api}/applications/@me", {"Authorization": f"Bot {token}"}
            async with session.get(address, headers=headers) as answer:
                if answer.status == 401:
                    raise Misconfigured(
                        "PEBBLE_DISCORD_TOKEN: Discord does not accept it; the portal makes a new one under Bot"
                    )
                if answer.status != 200:
                    raise Misconfigured(f"PEBBLE_DISCORD_API: no proper answer ({answer.status})")
                return _read(await answer.json())
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"PEBBLE_DISCORD_API: no proper answer ({type(error).__name__})") from None


def _read(said: dict[str, Any]) -> Portal:
    return Portal(
        id=int(said["id"]),
        name=str(said["name"]),
        installs={way: _scopes(config) for way, config in (said.get("integration_types_config") or {}).items()},
        endpoint=said.get("interactions_endpoint_url"),
        public=bool(said.get("bot_public", True)),
        servers=int(said.get("approximate_guild_count") or 0),
    )


def _scopes(config: dict[str, Any]) -> frozenset[str] | None:
    link = config.get("oauth2_install_params")
    return frozenset(link.get("scopes") or ()) if link else None


def missing(portal: Portal) -> list[str]:
    """Return what has to be changed in the portal, a line each; empty when all is well.

    Intents are not among it: Pebble needs none of the privileged ones.
    """
    lines = []
    if portal.endpoint:
        lines.append("General Information: empty the Interactions Endpoint URL, or taps never come to the gateway")
    if TO_SERVER not in portal.installs:
        lines.append("Installation: tick Guild Install, or no server can add it")
    if TO_USER not in portal.installs:
        lines.append("Installation: tick User Install, or people can add it only where a server has it")
    for way, name, wanted in ((TO_SERVER, "Guild Install", SERVER_SCOPES), (TO_USER, "User Install", USER_SCOPES)):
        scopes = portal.installs.get(way)
        if scopes is not None and not wanted <= scopes:
            lines.append(f"Installation: {name} lacks the scope {', '.join(sorted(wanted - scopes))}")
    return lines


def remarks(portal: Portal) -> list[str]:
    """Return what is as it should be, or may be meant so."""
    alone = [] if portal.public else ["not public: only you can add it"]
    return [f"{portal.name}, in {portal.servers} servers", "no privileged intent needed", *alone]


def invitation(application: int) -> str:
    """Return the link that adds the bot to a server, or to oneself. It asks for no permission at all."""
    wish = {"client_id": application, "scope": "bot applications.commands", "permissions": 0}
    return f"{AUTHORIZE}?{urlencode(wish)}"
