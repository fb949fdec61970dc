"""The kinds of pictures that there are."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.pictures import code, code_scene, ripple, scene

_KINDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    code.KIND: lambda spec: code_scene.to_svg(code.Code.from_dict(spec)),
    ripple.KIND: lambda spec: scene.to_svg(ripple.Ripple.from_dict(spec)),
}


def svg_of(spec: Mapping[str, Any]) -> str:
    """Return the SVG of what `to_dict` of one of the pictures wrote."""
    return _KINDS[spec["kind"]](spec)
