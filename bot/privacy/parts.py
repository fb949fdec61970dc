"""The capabilities that know something of a person, in the order in which they are asked.

Erasing goes in this order too: what points at something comes before what it points at, the person last. A room above
this one hands its own part over (`bot.flows.my_data`).
"""

from bot.gratitude import personal as gratitude
from bot.nudges import personal as nudges
from bot.outbox import personal as outbox
from bot.people import personal as people
from bot.store.owner import Part

PARTS: tuple[Part, ...] = (nudges.PART, gratitude.PART, outbox.PART, people.PART)
