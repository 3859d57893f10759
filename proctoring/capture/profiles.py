"""What a seat records with: size, rate and bits. Which of them a PC can hold, `proctoring.recorder.bench` measures.

All pictures are 4:3 with sides that are multiples of 8; VP8 in its real-time mode, and Opus, in every profile.
"""

from dataclasses import dataclass
from typing import Final

from sync.faults import Refused

_OVERHEAD: Final = 1.08
"""WebM, seals, heads and what the encoder goes over: measured 79,000 bytes a second at 632,000 bits, and a little."""


class ProfileUnknown(Refused):
    """No profile has this name; the fact `profile` is the name."""

    code = "PROFILE_UNKNOWN"


@dataclass(frozen=True)
class Profile:
    """Width and height in pixels, pictures a second, bits a second of picture and of sound."""

    name: str
    width: int
    height: int
    frame_rate: int
    picture_bits: int
    sound_bits: int

    @property
    def frame_ms(self) -> int:
        """How long a picture is shown, ms, rounded down."""
        return 1000 // self.frame_rate

    @property
    def bytes_per_s(self) -> int:
        """What a second takes on the disk at most."""
        return round((self.picture_bits + self.sound_bits) / 8 * _OVERHEAD)


STANDARD: Final = Profile("standard", 640, 480, 15, 600_000, 32_000)
PROFILES: Final = (
    Profile("fine", 960, 720, 15, 1_200_000, 48_000),
    STANDARD,
    Profile("plain", 640, 480, 8, 400_000, 32_000),
    Profile("small", 320, 240, 8, 150_000, 24_000),
)
"""Best first."""


def profile_named(name: str) -> Profile:
    """Give the profile of this name.

    Raises:
        ProfileUnknown: there is none.
    """
    for profile in PROFILES:
        if profile.name == name:
            return profile
    raise ProfileUnknown("no profile has this name", profile=name[:60])


def check_profile(name: str) -> str:
    """Give `name` back if a profile has it, for pydantic.

    Raises:
        ValueError: none has.
    """
    if all(profile.name != name for profile in PROFILES):
        raise ValueError("no profile has this name")
    return name


def codec_text(profile: Profile) -> str:
    """Say the profile as openings and manifests have it."""
    return f"WebM: VP8 {profile.width}x{profile.height} {profile.frame_rate}/s, Opus 48 kHz mono"
