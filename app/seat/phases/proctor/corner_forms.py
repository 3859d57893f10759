"""The forms of the proctor's corner, and the words that go into the journal."""

from app.seat.phases.cards import candidate_card
from app.seat.phases.proctor.corner_glance import distinct_keys
from app.seat.screens.proctor.authority import Point
from app.seat.screens.proctor.corner_view import Choice, CornerAct, CornerAnswer, CornerForm
from app.seat.sealing import Case
from app.ui.text import Sentence, Text, say
from app.words import Words
from sync.wire.plan import Bilingual, SessionPlan

MINUTES = (5, 10, 15, 30)
MOST_ALONE = 30
"""More minutes than this in one go take two people."""
MOST_MINUTES = 180
SHORT_TEXT = 400
_JOINT = "；"
_IRREGULARITIES = Sentence("screen.corner_form.group_irregularities")
_INCIDENTS = Sentence("screen.corner_form.group_incidents")
_REASONS = {
    CornerAct.PAUSE: ("equipment", "unwell", "disturbance", "evacuation"),
    CornerAct.CONTINUE: (),
    CornerAct.EXTEND: ("equipment", "disturbance", "decided"),
    CornerAct.SEND_BACK: ("wrong_candidate", "unwell", "leaves", "equipment"),
    CornerAct.END: ("leaves", "unwell", "irregularity", "decided"),
    CornerAct.VOID: ("irregularity", "wrong_candidate", "wrong_paper", "decided"),
}
_REOPEN = ("wrong_seat", "settled", "decided")
_OTHER = "other"
INCIDENTS = ("EQUIPMENT_FAILED", "CANDIDATE_UNWELL", "LEFT_SEAT", "DISTURBANCE", "ITEM_DOUBTED", "REPORTED")
"""What a proctor can report that is no irregularity."""
_UNSAID = "REPORTED"
"""The incident that says nothing without a note."""
_GRAVE = frozenset({CornerAct.END, CornerAct.VOID})


def form_of(act: CornerAct, case: Case | None, plan: SessionPlan) -> CornerForm:
    """Give the form of an act."""
    if act is CornerAct.REPORT:
        choices = _irregularities(plan, heard=case is not None) + tuple(
            Choice(code, Sentence(f"incident.{code}"), noted=code == _UNSAID, group=_INCIDENTS) for code in INCIDENTS
        )
    else:
        irregular = case is not None and any(one.clause for one in case.delivery.sitting.incidents)
        choices = _reasons(tuple(key for key in _REASONS[act] if irregular or key != "irregularity"))
    return CornerForm(
        act=act,
        title=Sentence(f"screen.corner_form.{act.value}_title"),
        sentence=_sentence(act, case),
        verb=Sentence(f"screen.corner_form.{act.value}_verb"),
        candidate=candidate_card(case.session, case.entry) if case else None,
        choices=choices,
        minutes=MINUTES if act is CornerAct.EXTEND else (),
        most_minutes=MOST_MINUTES if distinct_keys(plan) > 1 else MOST_ALONE,
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


def points_of(form: CornerForm, answer: CornerAnswer) -> tuple[Point, ...]:
    """Give all that was said in a form, for whoever is asked to agree: nobody signs for what they cannot read."""
    choice = answer.choice
    told: list[tuple[str, Text]] = []
    if form.minutes:
        told.append(("minutes", Sentence("screen.corner_form.so_many", {"minutes": answer.minutes})))
    if choice is not None:
        told.append(("what" if choice.group is not None else "reason", choice.words))
    if answer.note:
        told.append(("note", answer.note))
    if answer.refused:
        told.append(("statement", Sentence("screen.corner_form.said_nothing")))
    elif answer.statement:
        told.append(("statement", answer.statement))
    return tuple(Point(Sentence(f"screen.authority.point_{name}"), words) for name, words in told)


def note_of(answer: CornerAnswer, words: Words) -> str:
    """Write reason, note and the candidate's statement as one entry, as the proctor read and typed them."""
    choice = answer.choice
    named = choice is not None and choice.key.startswith("reason.") and not choice.noted
    parts = [say(choice.words, words)] if choice is not None and named else []
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
    """Give ready reasons; if there are any, the last one is another, which has to be written."""
    return tuple(
        Choice(f"reason.{key}", Sentence(f"screen.corner_form.reason_{key}"), noted=key == _OTHER)
        for key in ((*keys, _OTHER) if keys else ())
    )


def _irregularities(plan: SessionPlan, *, heard: bool) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"clause:{clause.code}",
            Bilingual(
                zh=f"条款 {clause.code} {clause.title.zh}"[:120], en=f"Clause {clause.code} {clause.title.en}"[:120]
            ),
            heard,
            group=_IRREGULARITIES,
        )
        for clause in plan.policy.violations
    )
