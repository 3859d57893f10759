"""What Windows shows of the program file: its name and version (Microsoft Learn, "VERSIONINFO resource")."""

import re
from typing import Final

_NEUTRAL_UNICODE: Final = "000004b0"
_TEXT: Final = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004, fileType=0x1),
  kids=[
    StringFileInfo([StringTable({table!r}, [
      StringStruct('CompanyName', 'Examroom'),
      StringStruct('FileDescription', 'Examroom: exam seat (考试机)'),
      StringStruct('FileVersion', {version!r}),
      StringStruct('InternalName', 'examroom'),
      StringStruct('LegalCopyright', 'GPL-3.0-or-later'),
      StringStruct('OriginalFilename', 'examroom.exe'),
      StringStruct('ProductName', 'Examroom'),
      StringStruct('ProductVersion', {version!r}),
    ])]),
    VarFileInfo([VarStruct('Translation', [0, 1200])]),
  ],
)
"""


def version_resource(version: str) -> str:
    """Give the text of a version file as PyInstaller reads it. Of "1.4.2rc1" the number is 1.4.2.0."""
    numbers = [int(number) for number in re.findall(r"\d+", version)[:3]]
    four = (*numbers, *(0 for _ in range(4 - len(numbers))))
    return _TEXT.format(numbers=four, table=_NEUTRAL_UNICODE, version=version)
