"""The forms of the proctor's corner, and the words that go into the journal."""

from app.seat.phases.cards import candidate_card
from app.seat.screens.corner_view import Choice, CornerAct, CornerAnswer, CornerForm
from app.seat.sealing import Case
from app.ui.text import Sentence, say
from app.words import Words
from sync.wire.plan import Bilingual, SessionPlan

MINUTES = (5, 10, 15, 30)
SHORT_TEXT = 400
_JOINT = "；"
_REASONS = {
    CornerAct.PAUSE: ("equipment", "unwell", "disturbance", "evacuation"),
    CornerAct.CONTINUE: ("settled", "mistaken"),
    CornerAct.EXTEND: ("equipment", "disturbance", "decided"),
    CornerAct.END: ("leaves", "unwell", "irregularity", "decided"),
    CornerAct.VOID: ("irregularity", "wrong_candidate", "wrong_paper", "decided"),
}
_REOPEN = ("wrong_seat", "settled", "decided")
INCIDENTS = ("EQUIPMENT_FAILED", "CANDIDATE_UNWELL", "LEFT_SEAT", "DISTURBANCE", "ITEM_DOUBTED", "REPORTED")
"""What a proctor can report that is no irregularity."""
_GRAVE = frozenset({CornerAct.END, CornerAct.VOID})


def form_of(act: CornerAct, case: Case | None, plan: SessionPlan) -> CornerForm:
    """Give the form of an act."""
    if act is CornerAct.REPORT:
        choices = _irregularities(plan, heard=case is not None) + tuple(
            Choice(code, Sentence(f"incident.{code}")) for code in INCIDENTS
        )
    else:
        choices = _reasons(_REASONS[act])
    return CornerForm(
        act=act,
        title=Sentence(f"screen.corner_form.{act.value}_title"),
        sentence=_sentence(act, case),
        verb=Sentence(f"screen.corner_form.{act.value}_verb"),
        candidate=candidate_card(case.session, case.entry) if case else None,
        choices=choices,
        minutes=MINUTES if act is CornerAct.EXTEND else (),
        grave=act in _GRAVE,
    )


def reopen_form(case: Case) -> CornerForm:
    """Give the form of taking an end back."""
    return CornerForm(
        act=CornerAct.CONTINUE,
        title=Sentence("screen.corner_form.reopen_title"),
        sentence=Sentence("screen.corner_form.reopen_sentence", {"name": case.entry.name}),
        verb=Sentence("screen.corner_form.reopen_verb"),
        candidate=candidate_card(case.session, case.entry),
        choices=_reasons(_REOPEN),
    )


def note_of(answer: CornerAnswer, words: Words) -> str:
    """Write reason, note and the candidate's statement as one entry, as the proctor read and typed them."""
    choice = answer.choice
    parts = [say(choice.words, words)] if choice is not None and choice.key.startswith("reason.") else []
    parts += [answer.note] if answer.note else []
    if answer.refused:
        parts.append(words("screen.corner_form.said_nothing"))
    elif answer.statement:
        parts.append(words("screen.corner_form.said", statement=answer.statement))
    return _JOINT.join(parts)[:SHORT_TEXT]


def clause_of(answer: CornerAnswer) -> str | None:
    """Give the clause that was chosen, if one was."""
    kind, _, code = (answer.choice.key if answer.choice else "").partition(":")
    return code if kind == "clause" else None


def _sentence(act: CornerAct, case: Case | None) -> Sentence:
    if case is None:
        return Sentence("screen.corner_form.report_nobody")
    return Sentence(f"screen.corner_form.{act.value}_sentence", {"name": case.entry.name})


def _reasons(keys: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(f"reason.{key}", Sentence(f"screen.corner_form.reason_{key}")) for key in keys)


def _irregularities(plan: SessionPlan, *, heard: bool) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"clause:{clause.code}",
            Bilingual(zh=f"{clause.code} {clause.title.zh}"[:120], en=f"{clause.code} {clause.title.en}"[:120]),
            heard,
        )
        for clause in plan.policy.violations
    )
