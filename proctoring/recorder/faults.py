"""What can go wrong with a recorder, for both ends of its control channel."""

from typing import Final

from proctoring.vault.format.report import RecordingTampered, RecordingUnreadable
from sync.faults import EnvironmentFault, Fault, Refused
from sync.replica.durable import DiskFault, DiskFull, FileTooLong, FolderMissing, NoFolder
from sync.trust.keyfolder import KeyStoreUnreadable, KeyStoreUnwritable
from sync.trust.keys import KeyRefused
from sync.trust.token import TokenFault, TokenLocked, TokenMissing, TokenModuleMissing, TokenOther, TokenPinWrong
from sync.trust.unlocking import KeyStoreLocked, KeyStoreOtherMachine


class RecorderGone(EnvironmentFault):
    """There is no recorder at the socket, or it stopped answering."""

    code = "RECORDER_GONE"


class RecorderBusy(Refused):
    """Another recording is under way; a recorder makes one at a time."""

    code = "RECORDER_BUSY"


class RecorderRefused(Refused):
    """The recorder does not understand a message."""

    code = "RECORDER_REFUSED"


class NothingRecorded(Refused):
    """There is no recording to mark, show or stop."""

    code = "NOTHING_RECORDED"


class NothingCame(EnvironmentFault):
    """Neither camera nor microphone gave anything from the beginning to the end. Facts: `picture`, `sound` (labels)."""

    code = "NOTHING_CAME"


class BookmarksFull(Refused):
    """The recording has as many bookmarks as it takes. Fact: `most`."""

    code = "BOOKMARKS_FULL"


class RecordingClosed(Refused):
    """The folder holds a recording that was closed; nothing is ever added to it."""

    code = "RECORDING_CLOSED"


class RecordingInUse(EnvironmentFault):
    """Another process is writing this recording."""

    code = "RECORDING_IN_USE"


class NothingToGoOnWith(Refused):
    """The folder holds something else than a recording that could be gone on with. Fact: `folder`."""

    code = "NOTHING_TO_GO_ON_WITH"


class RecordingTooOld(Refused):
    """It was begun so long ago that the moments of today do not fit into its recorded time. Facts: `folder`, `days`."""

    code = "RECORDING_TOO_OLD"


class TapRefused(Refused):
    """There is nothing to listen in to, or as many do as may."""

    code = "TAP_REFUSED"


class EncoderFailed(EnvironmentFault):
    """Picture or sound could not be encoded."""

    code = "ENCODER_FAILED"


_KNOWN: Final[dict[str, type[Fault]]] = {
    fault.code: fault
    for fault in (
        RecorderGone,
        RecorderBusy,
        RecorderRefused,
        NothingRecorded,
        BookmarksFull,
        RecordingClosed,
        RecordingInUse,
        EncoderFailed,
        NothingToGoOnWith,
        RecordingTooOld,
        TapRefused,
        RecordingTampered,
        RecordingUnreadable,
        DiskFault,
        DiskFull,
        FileTooLong,
        FolderMissing,
        NoFolder,
        KeyRefused,
        KeyStoreUnreadable,
        KeyStoreUnwritable,
        KeyStoreLocked,
        KeyStoreOtherMachine,
        TokenFault,
        TokenModuleMissing,
        TokenMissing,
        TokenOther,
        TokenPinWrong,
        TokenLocked,
    )
}


def fault_from(code: str, detail: str, facts: dict[str, str | int]) -> Fault:
    """Give the fault a recorder reported over its control channel."""
    kind = _KNOWN.get(code, RecorderRefused)
    fault = kind.__new__(kind)  # a kind may want more to be raised with than crosses the channel
    Fault.__init__(fault, detail if code in _KNOWN else f"{code}: {detail}", **facts)
    return fault
