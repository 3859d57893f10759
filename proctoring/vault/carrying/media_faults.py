"""What the register of media refuses, and why. The words are in `resources/words/*/export.toml`."""

from sync.faults import EnvironmentFault, Refused


class MediaRegisterRefused(Refused):
    """The register does not hold together: an entry is missing, changed, or signed by somebody who may not."""

    code = "MEDIA_REGISTER_REFUSED"


class MediaRegisterCut(MediaRegisterRefused):
    """Entries that this archive has seen are gone, or others. Facts: `seen`, a date (UTC), and `missing`, which."""

    code = "MEDIA_REGISTER_CUT"


class MediaRegisterBusy(EnvironmentFault):
    """Others kept writing to the register."""

    code = "MEDIA_REGISTER_BUSY"


class MediumUnregistered(Refused):
    """Nobody registered this medium. Fact: `serial`."""

    code = "MEDIUM_UNREGISTERED"


class MediumKnown(Refused):
    """This medium is registered already. Fact: `label`."""

    code = "MEDIUM_KNOWN"


class MediumLabelTaken(Refused):
    """Another medium has this label. Fact: `label`."""

    code = "MEDIUM_LABEL_TAKEN"


class MediumIsOut(Refused):
    """This medium is out. Facts: `label`, `bearer`."""

    code = "MEDIUM_IS_OUT"


class MediumIsIn(Refused):
    """This medium is in: nothing is written to it before it was given out. Fact: `label`."""

    code = "MEDIUM_IS_IN"


class MediumRetired(Refused):
    """This medium was retired. Fact: `label`."""

    code = "MEDIUM_RETIRED"


class MediumOverdue(Refused):
    """This medium should be back by now. Facts: `label`, `bearer`, `due` (a date, UTC)."""

    code = "MEDIUM_OVERDUE"


class MediumDiffers(Refused):
    """It has the serial number of a registered medium, and another size. Fact: `label`."""

    code = "MEDIUM_DIFFERS"


class MediumReadOnly(EnvironmentFault):
    """Nothing can be written to this medium. Fact: `label`."""

    code = "MEDIUM_READ_ONLY"


class MediumTooSmall(EnvironmentFault):
    """There is not enough room on this medium. Facts: `label`, `needed_mb`, `free_mb`."""

    code = "MEDIUM_TOO_SMALL"


class MediumGone(EnvironmentFault):
    """The medium was pulled, or another one is there now. Fact: `label`."""

    code = "MEDIUM_GONE"


class ExportNotWhole(EnvironmentFault):
    """Everything was written, and the check of what lies on the medium finds fault. Facts: `folder` and `file`."""

    code = "EXPORT_NOT_WHOLE"
