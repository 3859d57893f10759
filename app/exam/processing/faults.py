"""Why processing stops: a marking that cannot be followed, or a response that is not of its type."""

from typing import ClassVar

from app.exam.marking import Node
from sync.faults import Refused


class ProcessingRefused(Refused):
    """An item's variables or rules are not as QTI requires, or beyond a bound.

    `rule` is the rule or expression at fault, if it is one; `declared` the variable whose declaration is.
    """

    code: ClassVar[str] = "PROCESSING_REFUSED"

    def __init__(self, item: str, reason: str, *, rule: Node | None = None, declared: str = "") -> None:
        super().__init__(f"{item}: {reason}", item=item)
        self.item = item
        self.reason = reason
        self.rule = rule
        self.declared = declared


class ProcessingNotSupported(ProcessingRefused):
    """An item uses something that this system does not follow, for example a custom operator."""

    code = "PROCESSING_NOT_SUPPORTED"


class ResponseRefused(Refused):
    """A response that is not of its variable's type, or to a variable that is not there."""

    code: ClassVar[str] = "RESPONSE_REFUSED"

    def __init__(self, response: str, reason: str) -> None:
        super().__init__(f"{response}: {reason}", response=response)
        self.response = response
        self.reason = reason


class UnfitError(Exception):
    """Inside this package: a rule cannot be followed. The doors turn it into `ProcessingRefused`."""

    def __init__(self, reason: str, node: Node | None = None, *, declared: str = "", supported: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.node = node
        self.declared = declared
        self.supported = supported

    def refusal(self, item: str) -> ProcessingRefused:
        """Give what a person is told."""
        kind = ProcessingRefused if self.supported else ProcessingNotSupported
        where = f"{self.node.name}: " if self.node else ""
        return kind(item, where + self.reason, rule=self.node, declared=self.declared)
