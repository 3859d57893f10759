"""A program that takes whatever it can get, for the bounds of `confined`."""

from app.content.media.confined import serve


def take(what: bytes) -> bytes:
    taken = [what]
    while what != b"little":
        taken[1:] = [*taken[1:], bytes(10_000_000)] if what == b"memory" else []
    return taken[0]


if __name__ == "__main__":
    serve(take)
