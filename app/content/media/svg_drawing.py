"""An SVG that was checked, drawn by resvg: run as a process of its own, see `confined`."""

import resvg_py

from app.content.media import fonts
from app.content.media.confined import serve


def draw(svg: bytes) -> bytes:
    """Draw an SVG at its own size, with the one font."""
    font = fonts.font_file()
    family = fonts.FAMILY if font else None
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg.decode(),
            dpi=96,
            background="#ffffff",  # drawings are made for paper, and would vanish on a dark page
            skip_system_fonts=True,
            font_files=[str(font)] if font else None,
            font_family=family,
            serif_family=family,  # what resvg falls back to for every family that it does not have
            sans_serif_family=family,
            cursive_family=family,
            fantasy_family=family,
            monospace_family=family,
        )
    )


if __name__ == "__main__":
    serve(draw)
