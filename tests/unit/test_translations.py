"""Whatever the server's own pages say is there in every language, and what is compiled is what is written."""

import ast
import gettext
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import gettext as translate
from django.utils.translation import override, to_locale

from agentcluster.admin_words import names, our_models

ROOT = Path(__file__).parents[2]
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
ENTRY = re.compile(r'^msgid (".*")\n(?:msgid_plural ".*"\nmsgstr\[0\]|msgstr) (".*")$', re.MULTILINE)
IN_TEMPLATE = re.compile(r'{% trans "([^"]+)"')
IN_BLOCK = re.compile(r"{% blocktrans %}(.*?){% endblocktrans %}", re.DOTALL)
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext"}


def catalogue(language: str) -> Path:
    return ROOT / "agentcluster" / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po"


def written(language: str) -> dict[str, str]:
    found = ENTRY.findall(catalogue(language).read_text())
    return {json.loads(english): json.loads(words) for english, words in found if english != '""'}


def said_in_templates() -> set[str]:
    texts = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    blocks = {re.sub(r"{{ (\w+) }}", r"%(\1)s", block) for text in texts for block in IN_BLOCK.findall(text)}
    return blocks | {words for text in texts for words in IN_TEMPLATE.findall(text)}


def said_in_code() -> set[str]:
    found = set()
    for folder in ("agentcluster", "agents", "designer"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        found.add(str(first.value))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    with override("en"):
        needed = names() | said_in_templates() | said_in_code()
    words = written(language)
    assert {text for text in needed if not words.get(text)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_kept(language: str) -> None:
    value = re.compile(r"%(?:\(\w+\))?[a-z.\d]*[sdf]")
    wrong = {english for english, words in written(language).items() if value.findall(english) != value.findall(words)}
    assert wrong == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with catalogue(language).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = {english for english, words in written(language).items() if compiled.gettext(english) != words}
    assert stale == set(), "Run: python manage.py compilemessages"


def test_names_follow_the_language() -> None:
    run = next(model for model in our_models() if model._meta.model_name == "run")
    with override("zh-hans"):
        assert (str(run._meta.verbose_name), translate("Log in")) == ("运行", "登录")
    with override("en"):
        assert str(run._meta.verbose_name) == "run"
