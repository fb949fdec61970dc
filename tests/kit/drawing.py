"""Drawing functions for a studio's process: plain functions of a module, as the real one is."""

import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

AT = __name__
"""Where they are found: a studio is told the name."""


PNG = b"\x89PNG\r\n\x1a\n"


async def sketch(what: Mapping[str, Any]) -> bytes:
    """Draw at once, here, what looks like a PNG and says what was to be drawn: for tests that need no studio."""
    return PNG + json.dumps(what, sort_keys=True).encode()


def echo(what: Mapping[str, Any]) -> bytes:
    """Return the word that was given."""
    return str(what["word"]).encode()


def who(what: Mapping[str, Any]) -> bytes:
    """Return the number of the process that draws."""
    return str(os.getpid()).encode()


def refuse(what: Mapping[str, Any]) -> bytes:
    """Fail like a picture that makes no sense."""
    raise ValueError("no such picture")


def stall(what: Mapping[str, Any]) -> bytes:
    """Say in a file which process is drawing, and draw for ever, unless the file was there before."""
    mark = Path(what["mark"])
    if mark.exists():
        return b"drawn"
    mark.write_text(str(os.getpid()))
    while True:
        time.sleep(60)


def end(what: Mapping[str, Any]) -> bytes:
    """End the process, as a crash in native code does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""
