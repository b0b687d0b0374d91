"""Groups of accounts with Django's permissions, for the admin panel itself."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from unfold.admin import ModelAdmin

from agentcluster.security.admin.superuser_only import SuperuserOnly

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(SuperuserOnly, DjangoGroupAdmin, ModelAdmin):
    """Django's groups in the panel's look."""
