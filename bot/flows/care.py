"""What can be set against somebody who writes: the same words on a letter and on an invitation."""

from bot.texts import N_

CARE = ((N_("Mute"), "mute"), (N_("Block"), "block"), (N_("Report"), "report"))
"""The buttons behind the one tap of “…”, each with its choice."""
MUTED = N_("From now on, what {name} sends waits for a week, in case you want it. Nobody is told. /people changes it.")
BLOCKED = N_("Nothing from {name} reaches you from now on. Nobody is told. /people changes it.")
REPORTED = N_("Thank you for saying so. It is reported, and nothing more from {name} reaches you.")
