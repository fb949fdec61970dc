"""Buttons that open an address, where there are more buttons than rows, and where Discord would refuse one."""

import pytest

from bot.chats.discord_parts import view_of
from bot.speech import Button, Outgoing, Rows

SHARE = Button("Share", url="https://t.me/share/url?url=x")
FORM = Button("✍️ Write it", "1:write:3:pick")


def shown(outgoing: Outgoing) -> list[list[str]]:
    """Return for each row what stands in it: an address, a payload, or how many lines a list has."""
    view = view_of(outgoing)
    rows = view.to_components() if view else []
    return [
        [
            part.get("url") or (f"list of {len(part['options'])}" if "options" in part else part["custom_id"])
            for part in parts
        ]
        for parts in ([*row["components"]] for row in rows)
    ]


async def test_addresses_stand_below_lists_and_a_too_long_one_is_left_out() -> None:
    many: Rows = tuple((Button(str(n), f"1:pick:{n}:"),) for n in range(30))
    assert shown(Outgoing("?", ((SHARE,), *many))) == [["list of 25"], ["list of 5"], [SHARE.url]]
    assert shown(Outgoing("?", ((SHARE,), *many), form=FORM))[-1] == [SHARE.url, FORM.payload]
    long = Button("Share", url="https://t.me/" + "x" * 500)
    assert shown(Outgoing("?", ((long,), (SHARE,)))) == [[SHARE.url]]
    assert shown(Outgoing("?", ((long,),))) == []


@pytest.mark.parametrize("label", ["", "x" * 200])
async def test_a_label_fits_whatever_it_is(label: str) -> None:
    view = view_of(Outgoing("?", ((Button(label, url=SHARE.url),),)))
    assert view is not None
    assert 0 < len(view.to_components()[0]["components"][0]["label"]) <= 80
