"""What a screen reader finds and does through AT-SPI: roles, names, actions, texts."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection

ATSPI: Final = "org.a11y.atspi"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
ROOT: Final = "/org/a11y/atspi/accessible/root"
ANSWER_S: Final = 20.0
BOUND_S: Final = 60.0
LOOK_S: Final = 0.15
SECRET: Final = "password text"
_PASSWORD_TEXT: Final = 40
"""The number of that role (`AtspiRole`)."""
_Answer = tuple[Any, ...] | None
_ASKED: Final = ("GetRoleName", "GetRole", "GetState", "GetInterfaces")
_AT_ONCE: Final = 100
_SHOWING, _ENABLED, _CHECKED, _FOCUSED, _FOCUSABLE = 25, 8, 4, 12, 11
"""Bits of an AT-SPI state set (`AtspiStateType`)."""


@dataclass(frozen=True)
class Node:
    """One accessible object as it was when it was looked at."""

    bus: str
    path: str
    role: str
    name: str
    states: int
    interfaces: frozenset[str]

    def has(self, state: int) -> bool:
        """Tell whether a state is set."""
        return bool(self.states >> state & 1)

    @property
    def shown(self) -> bool:
        """Whether it can be seen and used."""
        return self.has(_SHOWING) and self.has(_ENABLED)

    @property
    def checked(self) -> bool:
        """Whether it is chosen or ticked."""
        return self.has(_CHECKED)

    @property
    def focusable(self) -> bool:
        """Whether the keyboard can come to it."""
        return self.has(_FOCUSABLE)


class Reader:
    """Reads the tree of one program and acts on it, by roles and names only."""

    def __init__(self, bus: DBusConnection) -> None:
        self._bus = bus

    def look(self) -> list[Node]:
        """Give everything that is shown, in the order of the tree."""
        return [node for node in self._below(f"{ATSPI}.Registry", ROOT) if node.shown]

    def find(self, role: str, name: str = "") -> Node | None:
        """Give what is shown with this role and a name that has `name` in it; an equal name goes first."""
        found = [node for node in self.look() if node.role == role and name in node.name]
        return min(found, key=lambda node: node.name != name, default=None)

    def wait(self, role: str, name: str = "") -> Node:
        """Give it as soon as it is there."""
        found: list[Node] = []

        def there() -> bool:
            node = self.find(role, name)
            found.extend([node] if node else [])
            return node is not None

        assert self.until(there), f"no {role} “{name}” among {self.told()}"
        return found[-1]

    def until(self, condition: Callable[[], object]) -> bool:
        """Wait for a condition; False when it does not come."""
        deadline = time.monotonic() + BOUND_S
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_S)
        return True

    def told(self) -> list[str]:
        """Say what is shown, for a person who reads why a test failed."""
        return [f"{node.role}: {node.name}" for node in self.look() if node.name]

    def act(self, node: Node) -> None:
        """Do the first of the things it offers, as a screen reader does."""
        (offered,) = self._ask(node.bus, node.path, "Action", "GetActions")
        assert [name for name, _description, _keys in offered][:1] in (["Press"], ["Toggle"]), (node, offered)
        (done,) = self._ask(node.bus, node.path, "Action", "DoAction", "i", (0,))
        assert done

    def value(self, node: Node) -> float:
        """Read its number."""
        (found,) = self._send(self._about(node, "Get", "ss", ("CurrentValue",))) or ((None, math.nan),)
        return float(found[1])

    def set_value(self, node: Node, value: float) -> None:
        """Give it another number."""
        done = self._send(self._about(node, "Set", "ssv", ("CurrentValue", ("d", value))))
        assert done is not None, f"{node.role} “{node.name}” takes no number"

    def _about(self, node: Node, method: str, signature: str, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
        properties = DBusAddress(node.path, node.bus, _PROPERTIES)
        return new_method_call(properties, method, signature, (f"{ATSPI}.Value", *arguments))

    def write(self, node: Node, text: str) -> None:
        """Put a text into it."""
        (done,) = self._ask(node.bus, node.path, "EditableText", "SetTextContents", "s", (text,))
        assert done, f"{node.role} “{node.name}” takes no text"

    def text(self, node: Node) -> str:
        """Read its text."""
        (found,) = self._ask(node.bus, node.path, "Text", "GetText", "ii", (0, -1))
        return str(found)

    def _below(self, bus: str, path: str) -> Iterator[Node]:
        """Give everything below, level by level: a whole level is asked for at once."""
        level = [(bus, path)]
        while level:
            asked = [self._call(bus, path, "Accessible", "GetChildren") for bus, path in level]
            found = [(bus, path) for reply in self._send_all(asked) if reply for bus, path in reply[0]]
            nodes = self._nodes(found)
            yield from nodes
            level = [(node.bus, node.path) for node in nodes if node.has(_SHOWING) or node.role == "application"]

    def _nodes(self, places: list[tuple[str, str]]) -> list[Node]:
        """Read objects; those that have gone meanwhile are left out."""
        asked = [
            message
            for bus, path in places
            for message in (
                *(self._call(bus, path, "Accessible", method) for method in _ASKED),
                new_method_call(DBusAddress(path, bus, _PROPERTIES), "Get", "ss", (f"{ATSPI}.Accessible", "Name")),
            )
        ]
        replies = iter(self._send_all(asked))
        return [
            _node(bus, path, told)
            for (bus, path), *told in zip(places, replies, replies, replies, replies, replies, strict=True)
            if all(told)
        ]

    def _ask(self, bus: str, path: str, interface: str, method: str, *arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401
        body = self._reply(bus, path, interface, method, *arguments)
        assert body is not None, f"{method} of {path} was refused"
        return body

    def _reply(self, bus: str, path: str, interface: str, method: str, *arguments: Any) -> _Answer:  # noqa: ANN401
        return self._send(self._call(bus, path, interface, method, *arguments))

    def _call(self, bus: str, path: str, interface: str, method: str, *arguments: Any) -> Any:  # noqa: ANN401
        return new_method_call(DBusAddress(path, bus, f"{ATSPI}.{interface}"), method, *arguments)

    def _send(self, message: Any) -> _Answer:  # noqa: ANN401 - the library has no types
        return self._send_all([message])[0]

    def _send_all(self, messages: list[Any]) -> list[_Answer]:
        """Send them all, and give the answers in the same order; None where one was refused."""
        answers: list[_Answer] = []
        for start in range(0, len(messages), _AT_ONCE):
            serials = []
            for message in messages[start : start + _AT_ONCE]:
                serials.append(next(self._bus.outgoing_serial))
                self._bus.send(message, serial=serials[-1])
            found: dict[int, _Answer] = {}
            while not found.keys() >= set(serials):
                reply = self._bus.receive(timeout=ANSWER_S)
                good = reply.header.message_type is MessageType.method_return
                found[reply.header.fields.get(HeaderFields.reply_serial, -1)] = tuple(reply.body) if good else None
            answers += [found[serial] for serial in serials]
        return answers


def _node(bus: str, path: str, told: list[Any]) -> Node:
    (role,), (number,), ((low, high),), (interfaces,), ((_signature, name),) = told
    said = SECRET if number == _PASSWORD_TEXT else role  # Qt gives its number, and the name of any text
    return Node(bus, path, said, name, low | high << 32, frozenset(interfaces))
