"""The kiosk's pages: the base of all screens (`app.ui.screen`), and a head that names the session."""

from app.seat.screens.view import SessionFacts
from app.ui.screen import PageHead as PlainHead
from app.ui.screen import Screen
from app.ui.text import say
from app.words import Words

__all__ = ["BETWEEN_FACTS", "PageHead", "Screen", "seat_name"]

BETWEEN_FACTS = "\u2003"  # an em space: quieter than a dot, and the same in both languages


def seat_name(label: str, words: Words) -> str:
    """Name the seat as it stands on the machine: a bare number with its word, any other label as it is."""
    return words("screen.candidate.seat_number", number=f"{int(label):02}") if label.isdecimal() else label


class PageHead(PlainHead):
    """The head of a page of the kiosk: the exam, where and when, and the tools."""

    def show_session(self, session: SessionFacts, words: Words) -> None:
        """Name the session."""
        self.show_title(say(session.exam_title, words))
        facts = (seat_name(session.seat_label, words), session.site, session.room, session.when)
        self.show_facts(BETWEEN_FACTS.join(fact for fact in facts if fact))
