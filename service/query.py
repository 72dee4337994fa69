"""Reading a request's query string: every fault is collected, then all are reported together."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from models.errors import Fault, ValidationFailed

PAGE = 50
LONGEST_PAGE = 500


class Query:
    """The parameters of one request. Read each with its type, then call ``check``.

    A fault's pointer is the parameter's name after ``/query``.
    """

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._known: set[str] = set()
        self._faults: list[Fault] = []

    def text(self, name: str) -> str | None:
        """As it was sent; None if it was not, or is empty."""
        self._known.add(name)
        return self._arguments.get(name) or None

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str | None:
        """One of a few words."""
        value = self.text(name)
        if value is None or value in choices:
            return value or default
        self.fault(name, f"{value!r} is not one of {', '.join(choices)}", "unknown_choice")
        return default

    def flag(self, name: str) -> bool:
        """True or false; false if it was not sent."""
        return self.choice(name, ("true", "false", "1", "0")) in ("true", "1")

    def integer(self, name: str, *, least: int, most: int = 2**63 - 1) -> int | None:
        """A whole number within its bounds."""
        value = self.text(name)
        if value is None:
            return None
        if value.isascii() and value.isdigit() and least <= int(value[:20]) <= most:
            return int(value)
        self.fault(name, f"{value!r} is not a whole number from {least} to {most}", "not_in_range")
        return None

    def limit(self) -> int:
        """How many items of a list are wanted."""
        return self.integer("limit", least=1, most=LONGEST_PAGE) or PAGE

    def fault(self, name: str, message: str, code: str = "invalid") -> None:
        """Note something wrong with a parameter."""
        self._faults.append(Fault(f"/query/{name}", message, code))

    def check(self) -> None:
        """Raises ValidationFailed with all that is wrong, parameters nobody asked for included."""
        for name in self._arguments:
            if name not in self._known:
                known = ", ".join(sorted(self._known)) or "none"
                self.fault(name, f"there is no such parameter; there are: {known}", "unknown_parameter")
        if self._faults:
            raise ValidationFailed(self._faults)
