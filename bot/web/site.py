"""The one web application: the chat page when there is a chat, health and whatever else is handed in."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.texts import N_
from bot.web.guard import LOOPBACK, Guard
from bot.web.wording import PAGE, Frame, kind_line

NOT_HERE = N_("There is nothing here.")
NOT_SO = N_("That did not reach me in a shape I can read.")


def build_site(
    *,
    chat_routes: Sequence[BaseRoute],
    extra_routes: Sequence[BaseRoute],
    demo: bool,
    allowed_hosts: Collection[str] = (),
) -> Starlette:
    """Assemble the application.

    Without `chat_routes` there is no page at all. A demo answers only to the names of this machine unless
    `allowed_hosts` names others; elsewhere an empty `allowed_hosts` answers to every name.
    """
    routes: list[BaseRoute] = [*extra_routes]
    if chat_routes:
        routes += [
            *chat_routes,
            Route("/", _page(demo)),
            Mount("/static", _Static(directory=PAGE)),
        ]
    hosts = allowed_hosts or (LOOPBACK if demo else ())
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={HTTPException: _kind_line},
    )


class _Static(StaticFiles):
    """Files that a browser may keep but asks about each time, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith(".html"):  # the page itself, which is shown in a language or not at all
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


def _page(demo: bool) -> Callable[[Request], Awaitable[Response]]:
    frame = Frame(demo=demo)

    async def page(request: Request) -> Response:
        return frame.answer(request.headers)

    return page


async def _kind_line(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = getattr(error, "headers", None)
    return kind_line(request.headers, NOT_HERE if status == 404 else NOT_SO, status, headers)
