"""Why a package is not built."""


class Refused(Exception):  # noqa: N818 - it is a refusal with a reason, not a defect
    """A package cannot be built as asked; the text says why, and what to do."""
