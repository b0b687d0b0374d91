"""Where in a text each value of a document stands."""

from typing import Any, NamedTuple

from designer.ascode.document import MAX_DEPTH, MAX_VALUES
from designer.ascode.errors import error


class Mark(NamedTuple):
    """A place in a text; both count from 1."""

    line: int
    column: int


class Marks:
    """The places of values, by JSON pointer; what has none of its own has that of what it stands in."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._places: dict[str, Mark] = {}

    def put(self, pointer: str, mark: Mark) -> None:
        """Remember where a value (for a field: its name) begins."""
        self._places[pointer] = mark

    def of(self, pointer: str) -> Mark:
        """Return the place of a value, or of the nearest one around it."""
        while pointer and pointer not in self._places:
            pointer = pointer.rpartition("/")[0]
        return self._places.get(pointer, Mark(1, 1))


class Read(NamedTuple):
    """What a text says, and where."""

    value: Any
    marks: Marks


class _Open:
    """A list or object that is being read."""

    def __init__(self, value: Any, pointer: str) -> None:
        self.value, self.pointer = value, pointer
        self.key: str | None = None


class Builder:
    """Puts values together as a parser meets them, without recursion and within limits."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.marks = Marks()
        self.value: Any = None
        self._open: list[_Open] = []
        self._count = 0

    @property
    def wants_key(self) -> bool:
        """Whether what comes next names a field."""
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def key(self, name: str, mark: Mark) -> None:
        """Take the name of a field; a second one of the same name is refused."""
        within = self._open[-1]
        if name in within.value:
            raise error(f"The key “{name[:100]}” stands here twice.", "duplicate_key", *mark, field=within.pointer)
        if "\0" in name:
            raise error("Keys may not hold null characters.", "null_character", *mark, field=within.pointer)
        within.key = name
        self.marks.put(f"{within.pointer}/{_escaped(name)}", mark)

    def scalar(self, value: Any, mark: Mark) -> None:
        """Take a value that holds no others."""
        if isinstance(value, str) and "\0" in value:
            raise error("Texts may not hold null characters.", "null_character", *mark)
        self._place(value, mark)

    def begin(self, value: Any, mark: Mark) -> None:
        """Take an empty list or object that what follows goes into."""
        pointer = self._place(value, mark)
        self._open.append(_Open(value, pointer))
        if len(self._open) > MAX_DEPTH:
            raise error(f"It is nested too deeply; {MAX_DEPTH} levels are allowed.", "too_deep", *mark)

    def end(self) -> None:
        """The innermost list or object is complete."""
        self._open.pop()

    def _place(self, value: Any, mark: Mark) -> str:
        self._count += 1
        if self._count > MAX_VALUES:
            raise error(f"The document has more than {MAX_VALUES:,} values.", "too_many_values", *mark)
        if not self._open:
            self.value = value
            self.marks.put("", mark)
            return ""
        within = self._open[-1]
        if isinstance(within.value, list):
            pointer = f"{within.pointer}/{len(within.value)}"
            within.value.append(value)
            self.marks.put(pointer, mark)
        else:
            key = within.key or ""
            pointer = f"{within.pointer}/{_escaped(key)}"
            within.value[key], within.key = value, None
        return pointer


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
