"""The zone at a point of the globe, as a shared location gives it."""

from math import isfinite

from bot.schedules.zones import known_zone


def read_point(written: str) -> tuple[float, float] | None:
    """Return latitude and longitude (degrees) of a `Kind.LOCATION`'s text ("52.52,13.4"), None when it is no point."""
    try:
        latitude, longitude = map(float, written.split(","))
    except ValueError:
        return None
    return (latitude, longitude) if _on_the_globe(latitude, longitude) else None


def zone_at(latitude: float, longitude: float) -> str | None:
    """Return the zone at a point in degrees, None where nobody lives by one: the open sea.

    Borders are those of timezone-boundary-builder (OpenStreetMap, ODbL) in tzfpy's simplified form, right to 111 m.
    """
    if not _on_the_globe(latitude, longitude):
        return None
    # Loaded by the first who shares a location: it holds 40 MB from then on.
    from tzfpy import get_tz

    zone = get_tz(longitude, latitude)
    # At sea there are the hours of ships: Etc/GMT±N.
    return None if zone.startswith("Etc/") else known_zone(zone)


def _on_the_globe(latitude: float, longitude: float) -> bool:
    return isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
