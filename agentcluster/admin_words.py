"""Makes translatable what the admin panel shows of models: names, choices and hints (wiring).

They are wrapped here and not in each ``Meta``: the English name stays the one the code implies, and a name that is
translated needs no migration. The words are in ``agentcluster/locale``; ``tests/unit/test_translations.py`` holds them.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_lazy

OURS = ("agentcluster", "agents", "designer")


def our_models() -> Iterator[type[Model]]:
    """Yield every model of the project."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in OURS:
            yield from config.get_models()


def names() -> set[str]:
    """Return the English words of all models and fields, and the names of the parts of the project."""
    found = {str(config.verbose_name) for config in apps.get_app_configs() if config.name.split(".")[0] in OURS}
    for model in our_models():
        found |= {str(model._meta.verbose_name), str(model._meta.verbose_name_plural)}
        for field in model._meta.fields + model._meta.many_to_many:
            found |= {str(field.verbose_name), *(str(label) for _value, label in field.flatchoices)}
            found |= {str(field.help_text)} - {""}
    return found


def translate_names() -> None:
    """Let every word follow the language of the request."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in OURS:
            config.verbose_name = gettext_lazy(str(config.verbose_name))
    for model in our_models():
        meta = model._meta
        meta.verbose_name = gettext_lazy(str(meta.verbose_name))
        meta.verbose_name_plural = gettext_lazy(str(meta.verbose_name_plural))
        for field in meta.fields + meta.many_to_many:
            field.verbose_name = gettext_lazy(str(field.verbose_name))
            if field.help_text:
                field.help_text = gettext_lazy(str(field.help_text))
            if field.choices:
                field.choices = [(value, gettext_lazy(str(label))) for value, label in field.flatchoices]
