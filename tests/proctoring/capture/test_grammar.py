from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.capture.grammar import (
    Choice,
    SourceKind,
    SourceRefused,
    check_choice,
    parse_picture,
    parse_sound,
)
from proctoring.capture.profiles import PROFILES, STANDARD, ProfileUnknown, check_profile, codec_text, profile_named

PICTURES = {
    "auto": Choice(SourceKind.AUTO),
    "synthetic": Choice(SourceKind.SYNTHETIC),
    "synthetic:clap": Choice(SourceKind.CLAP),
    "camera:0": Choice(SourceKind.CAMERA, "0"),
    "camera:Integrated Camera: 720p": Choice(SourceKind.CAMERA, "Integrated Camera: 720p"),
    "camera:摄像头": Choice(SourceKind.CAMERA, "摄像头"),
    "rtsp://host/a": Choice(SourceKind.RTSP, "rtsp://host/a"),
    "rtsp:rtsps://user:word@host:554/a?b=c": Choice(SourceKind.RTSP, "rtsps://user:word@host:554/a?b=c"),
    "file:/a b/c;d,e.mkv": Choice(SourceKind.FILE, "/a b/c;d,e.mkv"),
}
SOUNDS = {
    "auto": Choice(SourceKind.AUTO),
    "synthetic:clap": Choice(SourceKind.CLAP),
    "synthetic:clap:-250": Choice(SourceKind.CLAP, "-250"),
    "microphone:USB Audio": Choice(SourceKind.MICROPHONE, "USB Audio"),
    "rtsp://host/a": Choice(SourceKind.RTSP, "rtsp://host/a"),
    "file:a.wav": Choice(SourceKind.FILE, "a.wav"),
}
NONSENSE = (
    "",
    "none",
    "camera",
    "camera:",
    "camera:1000",
    "camera:99999999999999999999999",
    "file:",
    "rtsp:",
    "rtsp://",
    "rtsp:http://host",
    "http://host",
    "synthetic:clap:",
    "synthetic:clap:99999",
    "synthetic:clap:１",
    "synthetic:",
    "AUTO",
    "file:a\nb",
    "file:a\x00b",
    "camera:" + "a" * 500,
)


@pytest.mark.parametrize(("text", "choice"), PICTURES.items())
def test_a_source_of_pictures_is_read(text: str, choice: Choice) -> None:
    assert parse_picture(text) == choice
    assert check_choice(text) == text


@pytest.mark.parametrize(("text", "choice"), SOUNDS.items())
def test_a_source_of_sound_is_read(text: str, choice: Choice) -> None:
    assert parse_sound(text) == choice
    assert check_choice(text) == text


@pytest.mark.parametrize("text", NONSENSE)
def test_what_names_no_source_is_refused(text: str) -> None:
    for parse in (parse_picture, parse_sound):
        with pytest.raises(SourceRefused):
            parse(text)
    with pytest.raises(ValueError, match="no source"):
        check_choice(text)


def test_a_camera_hears_nothing_and_a_microphone_sees_nothing() -> None:
    with pytest.raises(SourceRefused):
        parse_sound("camera:0")
    with pytest.raises(SourceRefused):
        parse_picture("microphone:a")
    with pytest.raises(SourceRefused):
        parse_picture("synthetic:clap:10")


@given(st.sampled_from(["", "camera:", "rtsp:", "file:", "synthetic:clap:"]), st.text(max_size=20))
@settings(max_examples=60)
def test_any_text_is_a_source_or_refused(kind: str, rest: str) -> None:
    text = kind + rest
    try:
        choice = parse_picture(text)
    except SourceRefused as refused:
        said = refused.facts["source"]
    else:
        said = text if choice.rest in text else ""
    assert said == text


def test_a_camera_is_found_by_its_name(tmp_path: Path) -> None:
    from proctoring.capture.camera import camera_number  # noqa: PLC0415 - with OpenCV, only here

    for number, name in {10: "USB Camera", 2: "Integrated Camera", 3: "Integrated Camera", 4: "Integrated C"}.items():
        (tmp_path / f"video{number}").mkdir()
        (tmp_path / f"video{number}" / "name").write_text(f"{name}\n", encoding="utf-8")
    assert camera_number("Integrated Camera", tmp_path) == 2
    assert camera_number("Integrated C", tmp_path) == 4  # exactly this goes before what begins with it
    assert camera_number("usb", tmp_path) == 10
    assert camera_number("other", tmp_path) is None
    assert camera_number("other", tmp_path / "nothing") is None


def test_profiles_have_names_of_their_own_and_say_their_codec() -> None:
    assert len({profile.name for profile in PROFILES}) == len(PROFILES)
    assert profile_named("standard") is STANDARD
    assert codec_text(STANDARD) == "WebM: VP8 640x480 15/s, Opus 48 kHz mono"
    bits = [profile.picture_bits for profile in PROFILES]
    assert bits == sorted(bits, reverse=True)
    for profile in PROFILES:
        assert check_profile(profile.name) == profile.name
        assert profile.width * 3 == profile.height * 4
        assert profile.width % 8 == profile.height % 8 == 0
    with pytest.raises(ProfileUnknown):
        profile_named("none")
    with pytest.raises(ValueError, match="no profile"):
        check_profile("none")
