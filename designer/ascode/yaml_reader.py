"""Reads YAML: plain data only, without tags, aliases and surprises."""

from typing import Any, Final

import yaml

from designer.ascode.errors import InvalidDocumentError, error
from designer.ascode.marks import Builder, Mark, Read
from designer.ascode.scalars import resolve

_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = {f"{_TAG}{name}" for name in ("int", "float", "bool", "null")}
_TEXT_TAGS: Final = {f"{_TAG}str", "!"}
_COLLECTION_TAGS: Final = {None, "!", f"{_TAG}map", f"{_TAG}seq"}


def read_yaml(text: str) -> Read:
    """Return the value of a YAML document and where its parts stand.

    Raises ``InvalidDocumentError`` with the line and column.
    """
    builder, documents = Builder(), 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise error("A file holds one workflow: this is a second document.", "two_documents", *_mark(event))
            _take(builder, event)
    except yaml.MarkedYAMLError as problem:
        raise _syntax_error(problem) from problem
    except yaml.reader.ReaderError as problem:
        line, column = _place(text, problem.position)
        raise error("There is a character here that YAML does not allow.", "bad_character", line, column) from problem
    return Read(builder.value, builder.marks)


def _take(builder: Builder, event: Any) -> None:
    mark = _mark(event)
    if isinstance(event, yaml.AliasEvent):
        message = f"Aliases (*{event.anchor}) are not taken: write out what it stands for."
        raise error(message, "alias", *mark)
    if isinstance(event, yaml.ScalarEvent):
        _scalar(builder, event, mark)
    elif isinstance(event, yaml.CollectionStartEvent):
        if event.tag not in _COLLECTION_TAGS:
            raise error(f"The tag {event.tag} is not taken.", "tag", *mark)
        if builder.wants_key:
            raise error("The name of a field is a text.", "bad_key", *mark)
        builder.begin({} if isinstance(event, yaml.MappingStartEvent) else [], mark)
    elif isinstance(event, yaml.CollectionEndEvent):
        builder.end()


def _scalar(builder: Builder, event: Any, mark: Mark) -> None:
    plain = event.style in (None, "")
    if event.tag not in (None, *_PLAIN_TAGS, *_TEXT_TAGS):
        raise error(f"The tag {event.tag} is not taken.", "tag", *mark)
    if builder.wants_key:
        if plain and event.value in ("", "<<"):
            what = "Merge keys (<<) are not taken." if event.value else "A field needs a name."
            raise error(what, "bad_key", *mark)
        builder.key(event.value, mark)
        return
    try:
        is_text = event.tag in _TEXT_TAGS or (event.tag is None and not plain)
        builder.scalar(event.value if is_text else resolve(event.value), mark)
    except ValueError as problem:
        raise error(str(problem), "bad_number", *mark) from problem


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _syntax_error(problem: yaml.MarkedYAMLError) -> InvalidDocumentError:
    mark = problem.problem_mark or problem.context_mark
    told = " ".join(part for part in (problem.context, problem.problem) if part)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return error(f"This is not YAML: {told}.", "malformed", line, column)


def _place(text: str, position: int) -> Mark:
    before = text[:position]
    return Mark(before.count("\n") + 1, position - before.rfind("\n"))
