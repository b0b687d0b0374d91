"""Routing's part of ``/api/v1/``."""

from django.urls import path

from agents.routing.api.views import BreakersView, ChangesView, LoadView, ResetView

urlpatterns = [
    path("breakers", BreakersView.as_view()),
    path("breakers/<str:agent>/<str:version>/reset", ResetView.as_view()),
    path("breakers/<str:agent>/<str:version>/changes", ChangesView.as_view()),
    path("agents/<slug:name>/load", LoadView.as_view()),
]
