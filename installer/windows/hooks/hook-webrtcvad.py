"""PyInstaller's own recipe for webrtcvad asks for a package of that name; ours is published as webrtcvad-wheels."""  # noqa: INP001 - PyInstaller reads it by its path

from PyInstaller.utils.hooks import copy_metadata

datas = copy_metadata("webrtcvad-wheels")
