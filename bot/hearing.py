"""Who hears people: one process of all for each poll and each gateway. Those that wait for their turn still send."""

import asyncio

from bot.speech import Chat, Receive
from bot.store.turn import Turn


class Hearing:
    """Hears a chat whenever it is this process's turn. `waits`: another process hears it now."""

    def __init__(self, chat: Chat, turn: Turn, receive: Receive) -> None:
        self._chat = chat
        self._turn = turn
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self.waits = True

    def start(self) -> asyncio.Task[None]:
        """Stand in line in the background; the task ends only when something falls over."""
        self._task = asyncio.create_task(self._run(), name=f"hearing {self._chat.name}")
        return self._task

    async def stop(self) -> None:
        """Finish what was heard, then let the next one have the turn."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            try:
                await self._turn.wait()
                await self._chat.hear(self._receive)
                self.waits = False
                await self._turn.lost()
            finally:
                self.waits = True
                await self._chat.rest()
                await self._turn.give_back()
