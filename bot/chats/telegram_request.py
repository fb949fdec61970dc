"""The line to the Bot API: python-telegram-bot's request port over aiohttp.

It exists for two reasons: httpx, the library's default, slows down to an eighth when many messages are under
way at once; and delivery needs to know whether a message that failed can have left this machine.
"""

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

AT_ONCE = 300
"""Connections: 256 messages under way, the long poll and some answers to taps."""
CONNECT = 10.0
"""Seconds to get a free connection and to open it."""
READ = 20.0
"""Seconds to wait for an answer."""
LONGEST_PAUSE = 3600.0
"""Seconds that a 429 is believed; nobody means a longer one."""
UNNAMED_PAUSE = 5.0
"""Seconds to wait after a 429 that does not say how long."""


class NeverSent(NetworkError):
    """Nothing left this machine: connection refused, unknown name, no free connection."""


class Cut(NetworkError):
    """The line broke, or stayed silent for too long, after the request had been written."""


class Down(NetworkError):
    """The server, or a proxy before it, answered that it cannot work now."""


class Limited(NetworkError):
    """A 429: wait `after` seconds. (The library's RetryAfter warns about itself whenever it is made.)"""

    def __init__(self, after: float) -> None:
        super().__init__(f"too many requests, wait {after:g} s")
        self.after = after


class Garbled(TelegramError):
    """A successful answer that is no JSON, in `payload`. Its text never gets into the message."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("the answer cannot be read")
        self.payload = payload


class Form:
    """A form that is written already: as much of the library's RequestData as is read below."""

    contains_files = False

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.json_parameters = fields


class Line(BaseRequest):
    """HTTP to the Bot API, with no address (it holds the token) and no payload in any error.

    Between `initialize` and `shutdown` connections are kept. Outside, whoever comes last closes them: a
    message under way while Pebble stops is never cut, and a late one still leaves.
    """

    def __init__(self, api: str) -> None:
        self._proxy = _proxy_for(api)
        self._session: aiohttp.ClientSession | None = None
        self._busy = 0
        self._kept = False

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return READ

    async def initialize(self) -> None:
        """Keep connections from now on."""
        self._kept = True

    async def shutdown(self) -> None:
        """Close, or leave that to the last request under way."""
        self._kept = False
        await self._close_if_idle()

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Return the answer as a dictionary. Raises Garbled; unlike the library's own it logs nothing."""
        try:
            answer = json.loads(payload.decode(errors="replace"))
        except (ValueError, RecursionError):
            raise Garbled(payload) from None
        if not isinstance(answer, dict) or not answer.keys() & {"result", "description"}:
            raise Garbled(payload)
        return answer

    async def say(self, url: str, form: Mapping[str, str]) -> Any:
        """Post a form without files and return the result. Raises as the library's own calls do."""
        return await self.post(url, cast(RequestData, Form(form)))

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Exchange one request, heeding `read_timeout` (seconds). Raises NeverSent, Cut, Down or Limited."""
        form = _encoded(request_data)
        silence = float(read_timeout) if isinstance(read_timeout, (int, float)) else READ
        self._busy += 1
        try:
            status, payload = await self._exchange(method, url, form, silence)
        finally:
            self._busy -= 1
            await self._close_if_idle()
        if status == 200:
            return status, payload
        words = _telegrams_words(payload)
        if status == 429:
            raise Limited(_pause_in(words))
        if status >= 500 or words is None:
            raise Down(f"answered {status}")
        return status, payload

    async def _exchange(
        self, method: str, url: str, form: bytes | aiohttp.MultipartWriter, silence: float
    ) -> tuple[int, bytes]:
        # Opening has a limit of its own and `total` is longer, so when `total` runs out it has been sent.
        timeout = aiohttp.ClientTimeout(
            total=CONNECT + silence + 5, connect=CONNECT, sock_connect=CONNECT, sock_read=silence
        )
        headers = {"User-Agent": self.USER_AGENT}
        if isinstance(form, bytes):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            async with self._opened().request(
                method,
                url,
                data=form,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                return response.status, await response.read()
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientHttpProxyError,
            aiohttp.InvalidURL,
            aiohttp.NonHttpUrlClientError,
        ) as error:
            raise NeverSent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Cut(type(error).__name__) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=AT_ONCE, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def _close_if_idle(self) -> None:
        if self._busy or self._kept or self._session is None:
            return
        session, self._session = self._session, None
        await session.close()


def _encoded(data: RequestData | None) -> bytes | aiohttp.MultipartWriter:
    """Return a body: a form, or with a file one in parts. Raises BadRequest, before anything is sent."""
    try:
        if data and data.contains_files:
            return _in_parts(data)
        return urlencode(data.json_parameters if data else {}).encode()
    except UnicodeEncodeError:
        # Telegram's own words; raised without the cause, which holds the text.
        raise BadRequest("Strings must be encoded in UTF-8") from None


def _in_parts(data: RequestData) -> aiohttp.MultipartWriter:
    parts = aiohttp.MultipartWriter("form-data")
    for name, value in data.json_parameters.items():
        part = parts.append(value.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        part.set_content_disposition("form-data", name=name)
    for name, (filename, content, mime) in data.multipart_data.items():
        part = parts.append(content, {"Content-Type": mime})
        part.set_content_disposition("form-data", name=name, filename=filename)
    return parts


def _telegrams_words(payload: bytes) -> dict[str, Any] | None:
    """Return an error's body, or None when somebody other than Telegram answered."""
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("description"), str) else None


def _pause_in(words: dict[str, Any] | None) -> float:
    parameters = (words or {}).get("parameters")
    after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if not isinstance(after, int | float) or not after > 0:
        return UNNAMED_PAUSE
    return min(float(after), LONGEST_PAUSE)


def _proxy_for(api: str) -> str | None:
    """Return the proxy that the environment names. A server on plain HTTP stands nearby and needs none."""
    address = urlsplit(api)
    if address.scheme != "https" or proxy_bypass(address.hostname or ""):
        return None
    return getproxies().get("https")
