"""What a screen reader finds and does through AT-SPI: roles, names, actions, texts."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection

ATSPI: Final = "org.a11y.atspi"
ROOT: Final = "/org/a11y/atspi/accessible/root"
ANSWER_S: Final = 20.0
BOUND_S: Final = 60.0
LOOK_S: Final = 0.15
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

    def act(self, node: Node, action: str = "Press") -> None:
        """Do one of the things it offers."""
        (offered,) = self._ask(node.bus, node.path, "Action", "GetActions")
        names = [name for name, _description, _keys in offered]
        assert action in names, f"{node.role} “{node.name}” offers {names}, not {action}"
        (done,) = self._ask(node.bus, node.path, "Action", "DoAction", "i", (names.index(action),))
        assert done

    def write(self, node: Node, text: str) -> None:
        """Put a text into it."""
        (done,) = self._ask(node.bus, node.path, "EditableText", "SetTextContents", "s", (text,))
        assert done, f"{node.role} “{node.name}” takes no text"

    def text(self, node: Node) -> str:
        """Read its text."""
        (found,) = self._ask(node.bus, node.path, "Text", "GetText", "ii", (0, -1))
        return str(found)

    def _below(self, bus: str, path: str) -> Iterator[Node]:
        for child_bus, child in self._children(bus, path):
            node = self._node(child_bus, child)
            if node is not None:
                yield node
                if node.has(_SHOWING) or node.role == "application":
                    yield from self._below(child_bus, child)

    def _children(self, bus: str, path: str) -> list[tuple[str, str]]:
        reply = self._reply(bus, path, "Accessible", "GetChildren")
        return [(bus, path) for bus, path in reply[0]] if reply else []

    def _node(self, bus: str, path: str) -> Node | None:
        """Read one object; None when it has gone meanwhile."""
        role = self._reply(bus, path, "Accessible", "GetRoleName")
        states = self._reply(bus, path, "Accessible", "GetState")
        interfaces = self._reply(bus, path, "Accessible", "GetInterfaces")
        properties = DBusAddress(path, bus, "org.freedesktop.DBus.Properties")
        name = self._send(new_method_call(properties, "Get", "ss", (f"{ATSPI}.Accessible", "Name")))
        if role is None or states is None or interfaces is None or name is None:
            return None
        low, high = states[0]
        return Node(bus, path, role[0], name[0][1], low | high << 32, frozenset(interfaces[0]))

    def _ask(self, bus: str, path: str, interface: str, method: str, *arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401
        body = self._reply(bus, path, interface, method, *arguments)
        assert body is not None, f"{method} of {path} was refused"
        return body

    def _reply(self, bus: str, path: str, interface: str, method: str, *arguments: Any) -> tuple[Any, ...] | None:  # noqa: ANN401
        return self._send(new_method_call(DBusAddress(path, bus, f"{ATSPI}.{interface}"), method, *arguments))

    def _send(self, message: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - the library has no types
        reply = self._bus.send_and_get_reply(message, timeout=ANSWER_S)
        return tuple(reply.body) if reply.header.message_type is MessageType.method_return else None
