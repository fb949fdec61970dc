"""The loop of a fake's thread."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any


def serve(
    loop: asyncio.AbstractEventLoop,
    serving: Coroutine[Any, Any, None],
    ready: threading.Event,
    errors: list[BaseException],
) -> None:
    """Serve to the end on this loop, and end what is still being answered then; `ready` also when it cannot begin."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        try:
            runner.run(serving)
        except OSError as error:
            errors.append(error)
        finally:
            ready.set()
