"""What the simulated proctors do: sign, open the session, admit the candidate, close the room."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.demo.eyes import Eyes
from app.demo.hands import Hands
from app.ui.proctor_button import ProctorButton

EXPLANATION: Final = "演示：这名考生没有参加。"


class Proctors:
    """They know their PINs, by proctor id; each call does one thing."""

    def __init__(self, eyes: Eyes, hands: Hands, pins: Mapping[str, str]) -> None:
        self._eyes, self._hands, self._pins = eyes, hands, pins

    def sign(self) -> None:
        """Sign as the next of them who has not: pick the card, type the PIN, Return."""
        field = self._eyes.one(QLineEdit, "pin")
        cards = [card for card in self._eyes.all(ProctorButton) if card.isEnabled()]
        known = [card for card in cards if card.card.proctor in self._pins]
        if field is None or not known:
            return
        chosen = next((card for card in known if card.isChecked()), None)
        if chosen is None:
            self._hands.press(known[0])
        elif not field.text():
            self._hands.write(field, self._pins[chosen.card.proctor])
        else:
            self._hands.key(Qt.Key.Key_Return)

    def open_session(self) -> None:
        """Start the session, with the release fetched."""
        self.press("start_session", "fetch_release")

    def admit(self) -> None:
        """Admit whom the candidate says to be, where face and photo are one."""
        self.press("admit", "go_on", "confirm")

    def reconcile(self) -> None:
        """Explain who needs it, then sign the record."""
        empty = [field for field in self._eyes.all(QLineEdit, "explanation") if field.isEnabled() and not field.text()]
        if empty:
            self._hands.write(empty[0], EXPLANATION)
        else:
            self.press("sign_and_close", "save_explanation")

    def press(self, *names: str) -> bool:
        """Press the first of these buttons that can be pressed; False if none can."""
        button = self._eyes.button(*names)
        if button is not None:
            self._hands.press(button)
        return button is not None
