"""What covers an item: that it cannot be shown, that something is not saved, that the sitting is paused."""

from app.ui.icons import Icon
from app.ui.message import MessagePanel
from app.ui.text import Text, say
from app.ui.tokens import Tone
from app.words import Words
from sync.faults import Fault


class ItemCovers:
    """The pages over the item, and why each of them is there (None: it is not)."""

    unshowable: tuple[int, Fault] | None = None  # the item's number, and why
    not_saved: Fault | None = None
    paused: Text | None = None

    def __init__(self) -> None:
        self.unshowable_page = MessagePanel("unshowable")
        self.not_saved_page = MessagePanel("not_saved")
        self.paused_page = MessagePanel("paused")
        self.pages = (self.not_saved_page, self.paused_page)

    def reset(self) -> None:
        """Cover nothing."""
        self.unshowable = self.not_saved = self.paused = None

    def render(self, words: Words) -> None:
        """Write the reasons in the words of now."""
        if self.unshowable is not None:
            number, failed = self.unshowable
            text = words.fault(failed)
            title = words("screen.item_view.unshowable", number=number, what=text.what)
            code = words("screen.trouble.code", code=text.code)
            safe, do = words("screen.item_view.unshowable_safe"), words("screen.item_view.unshowable_do")
            self.unshowable_page.show_message(Icon.ATTENTION, Tone.ATTENTION, title, safe, do, code)
        if self.not_saved is not None:
            text = words.fault(self.not_saved)
            title = words("screen.item.not_saved_title", what=text.what)
            code = words("screen.trouble.code", code=text.code)
            self.not_saved_page.show_message(Icon.BLOCKED, Tone.DANGER, title, text.safe, text.do, code)
        if self.paused is not None:
            title = words("screen.item.paused_title")
            self.paused_page.show_message(Icon.PAUSE, Tone.ATTENTION, title, do=say(self.paused, words))
