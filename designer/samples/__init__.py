"""Templates: small real workflows to start from, each with an input that is ready to run."""

from designer.samples.template import Template, UnknownTemplateError, sample_file, template, templates

__all__ = ["Template", "UnknownTemplateError", "sample_file", "template", "templates"]
