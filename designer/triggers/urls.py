"""``/hooks/``: where webhooks call."""

from django.urls import path

from designer.triggers.hooks import hook

urlpatterns = [path("<str:public_id>", hook, name="hook")]
