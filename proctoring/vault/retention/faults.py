"""What an archive refuses, and why. The words are in `resources/words/*/archive_acts.toml`."""

from sync.faults import EnvironmentFault, Refused


class ArchiveMissing(EnvironmentFault):
    """There is no archive at this place, or the store is not this archive's. Fact: `place`."""

    code = "ARCHIVE_MISSING"


class ArchiveExists(EnvironmentFault):
    """There is an archive at this place already. Fact: `place`."""

    code = "ARCHIVE_EXISTS"


class RecordingUnknown(Refused):
    """The archive keeps no such recording. Fact: `recording`."""

    code = "RECORDING_UNKNOWN"


class CustodyRefused(Refused):
    """A recording's custody, or its manifest, does not hold together; nothing is done with the recording."""

    code = "CUSTODY_REFUSED"


class CustodyCut(CustodyRefused):
    """Entries that this archive has seen are gone, or others: custody was cut, or an older store was put back.

    Facts: `recording`; `seen`, when the archive saw the last of them (UTC); `missing`, the sequences that are gone.
    """

    code = "CUSTODY_CUT"


class RecordingMissing(CustodyRefused):
    """Custody says that it arrived and nobody destroyed it, but it is not there, or not whole. Fact: `recording`."""

    code = "RECORDING_MISSING"


class CustodyBusy(EnvironmentFault):
    """Others kept writing to the same custody."""

    code = "CUSTODY_BUSY"


class ClockLineRefused(Refused):
    """The archive's line of clock readings does not hold together; nothing is destroyed."""

    code = "CLOCK_LINE_REFUSED"


class ClockLineCut(ClockLineRefused):
    """Clock readings that this archive has seen are gone, or others. Facts: `seen` and `missing`, as of custody."""

    code = "CLOCK_LINE_CUT"


class AdministratorRefused(Refused):
    """This key may not act on this archive: unknown to the registry, revoked, or another person's."""

    code = "ADMINISTRATOR_REFUSED"


class ActRefused(Refused):
    """The act has no place in what is recorded so far; the detail says why."""

    code = "ACT_REFUSED"


class DestructionBegun(ActRefused):
    """Its destruction has begun: nothing else is done with it."""

    code = "DESTRUCTION_BEGUN"


class NeverLater(ActRefused):
    """An extension moves the end later, never earlier. Fact: `until`, the last day so far, by the calendar here."""

    code = "EXTENSION_NOT_LATER"


class HoldGone(ActRefused):
    """That hold does not stand: somebody released it."""

    code = "HOLD_GONE"


class ProposalGone(ActRefused):
    """That proposal does not stand: somebody withdrew it, or a hold or an extension undid it."""

    code = "PROPOSAL_GONE"


class ProposedAlready(ActRefused):
    """Its destruction is proposed already."""

    code = "PROPOSED_ALREADY"


class NotTakenOver(ActRefused):
    """It was never verified and taken over here."""

    code = "NOT_TAKEN_OVER"


class SecondPersonNeeded(Refused):
    """Who proposed a destruction, or has approved it, cannot approve it (again)."""

    code = "SECOND_PERSON_NEEDED"


class RecordingHeld(Refused):
    """A hold stands. Fact: `holds`, how many."""

    code = "RECORDING_HELD"


class NotExpired(Refused):
    """The recording has to be kept longer. Facts: `until` and `now`, dates (UTC)."""

    code = "RECORDING_NOT_EXPIRED"


class LocksBehind(EnvironmentFault):
    """The act is entered in custody; the store was not told all of it yet, and will be. Fact: `recording`."""

    code = "LOCKS_BEHIND"


class NotApproved(Refused):
    """Too few have approved the destruction. Facts: `needed` and `there`."""

    code = "DESTRUCTION_NOT_APPROVED"


class ClockFrozen(EnvironmentFault):
    """The clock jumped, or cannot be believed; nothing is destroyed until that is settled.

    Facts: `said`, what the clock says, `expected`, what evidence expects (dates and times, UTC).
    """

    code = "CLOCK_FROZEN"
