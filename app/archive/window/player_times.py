"""Times of a recording as people read them."""

from datetime import UTC, datetime


def recorded(at_ms: int, *, fine: bool = False) -> str:
    """Give recorded time: hours, minutes, seconds, and with `fine` thousandths."""
    seconds, thousandths = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    whole = f"{hours}:{minutes:02}:{seconds:02}"
    return f"{whole}.{thousandths:03}" if fine else whole


def wall(wall_ms: int) -> str:
    """Give the date and time of day at this place, with its distance from UTC: it has to stand on paper too."""
    local = datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone()
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{offset[:3]}:{offset[3:]}"


def utc(wall_ms: int) -> str:
    """Give a moment in UTC to the millisecond (ISO 8601)."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
