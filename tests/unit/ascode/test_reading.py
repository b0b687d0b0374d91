"""What is wrong with a file is told with its line and column; nothing in it runs, blows up or is taken for something else."""

import textwrap

import pytest

from designer.actions.errors import TooLargeError
from designer.ascode.document import MAX_BYTES
from designer.ascode.errors import InvalidDocumentError
from designer.ascode.reading import decoded, parse, place_of
from designer.domain.graph import Problem

HEAD = "schema: agentcluster.workflow/v1\n"
BOMB = HEAD + "a: &a [x, x]\n" + "\n".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}]" for n in range(30))


def wrong(text, form=None):
    with pytest.raises(InvalidDocumentError) as caught:
        parse(textwrap.dedent(text), form)
    (told,) = caught.value.data["errors"]
    return told["code"], told["line"], told["column"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "nodes: [\n", ("malformed", 3, 1)),
        (HEAD + "nodes:\n  - kind: start\n   id: x\n", ("malformed", 4, 4)),
        (HEAD + "title: a\ntitle: b\n", ("duplicate_key", 3, 1)),
        (HEAD + "title: !!python/object/apply:os.system [ls]\n", ("tag", 2, 8)),
        (HEAD + "title: !secret x\n", ("tag", 2, 8)),
        (BOMB, ("alias", 3, 10)),
        (HEAD + "nodes:\n- &n {kind: start, id: start}\n- *n\n", ("alias", 4, 3)),
        (HEAD + "settings:\n  <<: {priority: low}\n", ("bad_key", 3, 3)),
        (HEAD + "? [a, b]\n: c\n", ("bad_key", 2, 3)),
        (HEAD + "nodes:\n- {kind: transform, id: a, output: .nan}\n", ("bad_number", 3, 36)),
        (HEAD + "nodes:\n- {kind: transform, id: a, output: 1e999}\n", ("bad_number", 3, 36)),
        (HEAD + 'title: "a\\0b"\n', ("null_character", 2, 8)),
        (HEAD + "title: a\x07b\n", ("bad_character", 2, 9)),
        (HEAD + "description: " + "[" * 200, ("too_deep", 2, 113)),
        (HEAD + "---\nschema: other\n", ("two_documents", 2, 1)),
        ("title: no schema\n", ("not_a_document", 1, 1)),
        ("schema: agentcluster.workflow/v9\n", ("not_a_document", 1, 1)),
        ("", ("not_a_document", 1, 1)),
        ("just a text", ("not_a_document", 1, 1)),
        (HEAD + "nodes:\n- {kind: start, id: s}\n- kind: agent\n  id: a\n  retry: {attempts: many}\n", ("wrong_shape", 6, 11)),
        (HEAD + "nodes:\n- kind: start\n  id: start\n  colour: red\n", ("wrong_shape", 5, 3)),
        (HEAD + "nodes:\n- kind: nonsense\n  id: a\n", ("wrong_shape", 3, 3)),
        (HEAD + "name: not a name\n", ("wrong_shape", 2, 1)),
        (HEAD + "title: no\nnodes: 5\n", ("wrong_shape", 3, 1)),
        ('{"schema": "agentcluster.workflow/v1",\n "title": }', ("malformed", 2, 11)),
        ('{"schema": "agentcluster.workflow/v1",\n "title": "a", "title": "b"}', ("duplicate_key", 2, 16)),
        ('{"schema": "agentcluster.workflow/v1",\n "nodes": [{"kind": "start", "id": 5}]}', ("wrong_shape", 2, 30)),
        ('{"schema": "agentcluster.workflow/v1", "title": "Zoë", "x": ' + "[" * 200 + "]" * 200 + "}", ("too_deep", 1, 160)),
        ('{"schema": "agentcluster.workflow/v1"', ("malformed", 1, 38)),
    ],
)  # fmt: skip
def test_mistakes_have_a_place(text, expected):
    assert wrong(text) == expected


@pytest.mark.parametrize("word", ["no", "on", "yes", "off", "12:30", "2024-01-01", "1_000"])
def test_words_that_old_parsers_change_stay_texts(word):
    document = parse(HEAD + f"nodes:\n- {{kind: transform, id: a, output: {{{word}: {word}}}}}\n").document
    assert document.nodes[0].output == {word: word}


def test_numbers_and_names_are_what_they_look_like():
    text = HEAD + "nodes:\n- {kind: transform, id: a, output: {1: [1, -1.5, 1e3, 0x1F, 0o17, true, null, '1']}}\n"
    assert parse(text).document.nodes[0].output == {"1": [1, -1.5, 1000.0, 31, 15, True, None, "1"]}
    big = 10**39 + 1
    assert parse(HEAD + f"nodes:\n- {{kind: transform, id: a, output: {big}}}\n").document.nodes[0].output == big


def test_files_are_text_of_bounded_length():
    assert decoded(b"\xef\xbb\xbfschema: x") == "schema: x"
    with pytest.raises(TooLargeError):
        decoded(b"x" * (MAX_BYTES + 1))
    with pytest.raises(InvalidDocumentError, match="Line 2"):
        decoded(b"a\nb\xff")
    assert wrong(HEAD + "description: [" + "," * 0 + "a," * 200_001 + "]")[0] == "too_many_values"


def test_problems_are_found_in_the_file():
    steps = "nodes:\n- kind: start\n  id: start\n- kind: agent\n  id: a\n  input:\n    path: ${ x }\n"
    text = HEAD + steps + "edges:\n- {source: start, target: a}\n"
    document, marks = parse(text)
    inside = Problem("bad", "", node="a", field="/input/path/deeper")
    assert place_of(inside, document, marks) == {"line": 8, "column": 5}
    assert place_of(Problem("bad", "", node="a"), document, marks) == {"line": 5, "column": 3}
    assert place_of(Problem("bad", "", edge="start:out>a"), document, marks) == {"line": 10, "column": 3}
    assert place_of(Problem("bad", ""), document, marks) == {"line": 1, "column": 1}
