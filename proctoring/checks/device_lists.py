"""What the checks know of devices' names and drivers, read from `resources/checks/devices.toml`."""

from typing import Annotated

from pydantic import Field, StringConstraints

from sync.wire.document import Part
from sync.wire.ids import Name

DriverName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
"""A kernel module's or a platform device's name as sysfs writes it."""


class VirtualCamera(Part):
    """Something that makes a camera without a sensor: its kernel module, and how its devices' names begin."""

    name: Name
    source: Name
    modules: Annotated[tuple[DriverName, ...], Field(max_length=10)] = ()
    labels: Annotated[tuple[Name, ...], Field(max_length=10)] = ()


class FakeBus(Part):
    """A USB controller that is a program: what is plugged into it may be anywhere, or nowhere."""

    platform: DriverName
    source: Name


class MediaService(Part):
    """A program that holds cameras or microphones for others."""

    program: Name
    source: Name


class DeviceMarks(Part):
    """All of them."""

    cameras: Annotated[tuple[VirtualCamera, ...], Field(min_length=1, max_length=60)]
    buses: Annotated[tuple[FakeBus, ...], Field(min_length=1, max_length=20)]
    services: Annotated[tuple[MediaService, ...], Field(min_length=1, max_length=20)]
