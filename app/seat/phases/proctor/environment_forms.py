"""The form in which two proctors go on over what a check found, or settle it, and what they then agree to."""

from collections.abc import Iterable
from typing import Final

from app.seat.screens.proctor.authority import Point
from app.seat.screens.proctor.corner_view import Choice, CornerAct, CornerAnswer, CornerForm
from app.seat.screens.view import CandidateCard
from app.ui.text import Sentence, Text, say
from app.words import Words

_REASONS: Final = ("harmless", "known", "misread", "mended")
_JOINT: Final = "；"
SHORT_TEXT: Final = 400
PEOPLE: Final = 2
"""Nobody goes on over a finding alone, whatever a session's policy says of other acts."""


def finding_form(
    seen: Sentence, evidence: tuple[Text, ...], *, starting: bool, candidate: CandidateCard | None = None
) -> CornerForm:
    """Give the form; `starting`: the session has not begun, else somebody may sit here."""
    kind = "override" if starting else "settle"
    sentence = Sentence(f"environment.{kind}.sentence")
    if not starting and candidate is None:
        sentence = Sentence("environment.settle.sentence_nobody")
    return CornerForm(
        act=CornerAct.SETTLE,
        title=Sentence(f"environment.{kind}.title", {"name": seen}),
        sentence=sentence,
        verb=Sentence(f"environment.{kind}.verb"),
        candidate=candidate,
        evidence=evidence,
        choices=(
            *(Choice(f"reason.{one}", Sentence(f"environment.form.reason_{one}")) for one in _REASONS),
            Choice("reason.other", Sentence("screen.corner_form.reason_other"), noted=True),
        ),
    )


def finding_points(evidence: Iterable[Text], answer: CornerAnswer) -> tuple[Point, ...]:
    """Give what is being agreed to beside the finding, which is the act's title: what shows it, and the reason."""
    told: list[tuple[str, Text]] = []
    shown = "\n".join(line for line in evidence if isinstance(line, str))
    told += [("evidence", shown)] if shown else []
    told += [("reason", answer.choice.words)] if answer.choice is not None else []
    told += [("note", answer.note)] if answer.note else []
    return tuple(Point(Sentence(f"screen.authority.point_{key}"), words) for key, words in told)


def reason_of(answer: CornerAnswer, words: Words) -> str:
    """Write the reason as the proctors read and typed it."""
    choice = answer.choice
    ready = say(choice.words, words) if choice is not None and not choice.noted else ""
    return _JOINT.join(part for part in (ready, answer.note) if part)[:SHORT_TEXT]
