"""A running sitting as the item screen takes it: an item as it stands, and the answer card."""

from collections.abc import Mapping

from app.exam.form import FormItem
from app.exam.interactions import Responses
from app.exam.item import is_complete
from app.exam.sitting import NO_NOTES, Sitting
from app.seat.phases.delivery.timekeeping import section_title
from app.seat.screens.delivery.item import ItemView
from app.seat.sealing import Case
from app.seat.shelf import Contents
from app.ui.number_grid import GridCell


def item_view(case: Case, place: FormItem, contents: Contents, responses: Responses) -> ItemView:
    """Give an item as it stands; `responses` may be newer than what is on the disk."""
    sitting, item = case.delivery.sitting, contents.item
    return ItemView(
        item=item,
        number=place.number,
        marks_milli=place.max_milli,
        responses=responses,
        flagged=item.id in sitting.flags,
        media=contents.media,
        notes=sitting.notes.get(item.id, NO_NOTES),
        section_title=section_title(case, place.section),
        plays=_plays(case, sitting, contents),
    )


def _plays(case: Case, sitting: Sitting, contents: Contents) -> dict[str, int]:
    """Count how often each clip was begun: one of a stimulus with any of the items that share it."""
    item = contents.item
    shared = item.stimulus.id if item.stimulus else None
    plays: dict[str, int] = {}
    for (where, medium), times in sitting.plays.items():
        with_it = where == item.id or (shared is not None and case.shelf.stimulus_of(where) == shared)
        if with_it and medium in contents.media:
            plays[medium] = plays.get(medium, 0) + times
    return plays


def grid_cells(case: Case, waiting: Mapping[str, Responses]) -> tuple[GridCell, ...]:
    """Give the answer card; `waiting` has responses that are not on the disk yet."""
    sitting, timing = case.delivery.sitting, case.delivery.timing()
    answered = sitting.answered - waiting.keys()
    answered |= {item for item, given in waiting.items() if is_complete(case.shelf.item(item), given)}
    return tuple(
        GridCell(
            number=place.number,
            answered=place.item in answered,
            flagged=place.item in sitting.flags,
            seen=place.item in sitting.seen,
            closed=timing.is_closed(place.section),
        )
        for place in case.shelf.form.items
    )
