"""The web server: a listening socket first, so that the address is known, then uvicorn without its own signals."""

import contextlib
import errno
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.errors import Misconfigured

Site = Starlette
Routes = list[Route]


class Server(uvicorn.Server):
    """uvicorn as one part among others: whoever started it stops it in its turn."""

    def __init__(self, site: Site) -> None:
        super().__init__(
            uvicorn.Config(
                site,
                access_log=False,
                log_config=None,
                lifespan="off",
                timeout_graceful_shutdown=3,
                server_header=False,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, tries: int) -> socket.socket:
    """Return a socket that listens on `port` or, when that is busy, on one of the next few. Raises Misconfigured."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    problem: str | None = None
    setting, advice = "PORT", "choose another port"
    for candidate in range(port, port + tries):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except (OSError, OverflowError) as error:
            listener.close()
            problem = getattr(error, "strerror", None) or str(error)
            if isinstance(error, socket.gaierror) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
                setting, advice = "HOST", "127.0.0.1 is this machine alone, 0.0.0.0 every network"
                break
        else:
            return listener
    raise Misconfigured(f"PEBBLE_WEB_{setting}: cannot listen on {host}:{port} ({problem}); {advice}")


def address_of(listener: socket.socket) -> str:
    """Return the address to type into a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
