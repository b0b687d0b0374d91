"""Expressions pass files on; whoever only knows a digest gets no further with them."""

import pytest

from designer.domain.expressions import ExpressionFailedError
from designer.domain.values import compile_value

DIGEST = "sha256:" + "a" * 64


def reference(digest=DIGEST, media_type="text/csv", **more):
    return {"$artifact": {"digest": digest, "size": 3, "media_type": media_type, **more}}


SCOPE = {
    "input": {
        "digest": DIGEST,
        "fields": {"digest": DIGEST, "size": 3},
        "key": "$artifact",
        "file": reference(digest="sha256:" + "b" * 64),
    },
    "steps": {"read": {"file": reference(), "files": [reference(), reference()]}, "other": {"x": 1}},
}


@pytest.mark.parametrize(
    "value",
    [
        {"$artifact": "${ input.fields }"},
        {"deep": [{"$artifact": {"digest": "${ input.digest }", "size": 3}}]},
        "${ {'$artifact': input.fields} }",
        "${ {input.key: input.fields} }",
        "${ [1].map(i, {'$art' + 'ifact': {'digest': 'sha256:' + input.digest.substring(7), 'size': 3}}) }",
        "${ {'x': {'$artifact': {'digest': '" + DIGEST + "', 'size': 3}}, 'y': steps.other.x} }",
        "${ {'$artifact': {'digest': steps.read.file['$artifact'].digest, 'media_type': 'application/json'}} }",
    ],
)
def test_a_reference_is_not_put_together(value):
    with pytest.raises(ExpressionFailedError, match="cannot be put together") as caught:
        compile_value(value)(SCOPE)
    assert caught.value.data["rule"] == "made_reference"


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("${ steps.read.file }", reference()),
        ({"f": "${ steps.read.files[0] }", "n": "${ input.digest }"}, {"f": reference(), "n": DIGEST}),
        ("${ steps.read.files.map(f, {'file': f}) }", [{"file": reference()}] * 2),
        ("${ {'$artifact': steps.read.file['$artifact']} }", reference()),
        ("${ {'digest': input.digest} }", {"digest": DIGEST}),
        ({"kept": reference(), "n": "${ {'a': 1}.a }"}, {"kept": reference(), "n": 1}),
        ("${ {'all': steps} }", {"all": SCOPE["steps"]}),
    ],
)
def test_one_that_is_there_is_passed_on(value, made):
    assert compile_value(value)(SCOPE) == made
