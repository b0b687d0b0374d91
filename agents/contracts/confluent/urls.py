"""The dialect's routes, as the Confluent Schema Registry has them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from agents.contracts.confluent import schemas, settings, subjects


class SubjectConverter(StringConverter):
    """A subject may hold slashes: clients send them as %2F, which arrives decoded."""

    regex = ".+?"


register_converter(SubjectConverter, "contract")

urlpatterns = [
    path("", settings.ClusterView.as_view()),
    path("subjects", subjects.SubjectsView.as_view()),
    path("subjects/<contract:subject>/versions", subjects.VersionsView.as_view()),
    path("subjects/<contract:subject>/versions/<str:version>", subjects.VersionView.as_view()),
    path("subjects/<contract:subject>/versions/<str:version>/schema", subjects.VersionSchemaView.as_view()),
    path("subjects/<contract:subject>/versions/<str:version>/referencedby", subjects.ReferencedByView.as_view()),
    path("subjects/<contract:subject>", subjects.SubjectView.as_view()),
    path("schemas", schemas.SchemasView.as_view()),
    path("schemas/types", schemas.TypesView.as_view()),
    path("schemas/ids/<int:schema_id>", schemas.SchemaView.as_view()),
    path("schemas/ids/<int:schema_id>/schema", schemas.SchemaTextView.as_view()),
    path("schemas/ids/<int:schema_id>/subjects", schemas.SchemaSubjectsView.as_view()),
    path("schemas/ids/<int:schema_id>/versions", schemas.SchemaVersionsView.as_view()),
    path("compatibility/subjects/<contract:subject>/versions/<str:version>", settings.CompatibilityView.as_view()),
    path("compatibility/subjects/<contract:subject>/versions", settings.CompatibilityView.as_view()),
    path("config", settings.ConfigView.as_view()),
    path("config/<contract:subject>", settings.ConfigView.as_view()),
    path("mode", settings.ModeView.as_view()),
    path("mode/<contract:subject>", settings.ModeView.as_view()),
    path("<path:path>", settings.NothingHereView.as_view()),
]
