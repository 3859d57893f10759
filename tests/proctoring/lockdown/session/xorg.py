"""The X server's configuration as it is installed, on a screen that is not there (the dummy driver)."""

from pathlib import Path

from app.resources import resource_folder

WIDTH, HEIGHT = 1366, 768
SCREEN = f"""
Section "Device"
    Identifier "none"
    Driver "dummy"
    VideoRam 64000
EndSection
Section "Monitor"
    Identifier "none"
    HorizSync 5-1000
    VertRefresh 5-200
    Modeline "screen" 85.25 {WIDTH} 1436 1579 1792 {HEIGHT} 771 774 798
EndSection
Section "Screen"
    Identifier "none"
    Device "none"
    Monitor "none"
    DefaultDepth 24
    SubSection "Display"
        Modes "screen"
    EndSubSection
EndSection
"""


def installed(without: str = "") -> str:
    """Give the configuration as it is installed; `without` a section of that name."""
    text = (resource_folder() / "lockdown" / "xorg.conf").read_text(encoding="utf-8")
    sections = text.split("Section ")
    assert not without or any(section.startswith(f'"{without}"') for section in sections)
    return "Section ".join(section for section in sections if not without or not section.startswith(f'"{without}"'))


def write_config(file: Path, text: str) -> Path:
    """Write a configuration with the screen that is not there."""
    file.write_text(text + SCREEN, encoding="utf-8")
    return file
