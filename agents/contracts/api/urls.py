"""The contracts' part of ``/api/v1/``. A contract's name may hold slashes, so what ends in more words stands first."""

from django.urls import path

from agents.contracts.api import views

urlpatterns = [
    path("rejected-messages", views.RejectedCountsView.as_view()),
    path("contracts", views.ContractsView.as_view(), name="api-contracts"),
    path("contracts/<path:name>/versions/<str:version>", views.ContractVersionView.as_view()),
    path("contracts/<path:name>/versions", views.ContractVersionsView.as_view()),
    path("contracts/<path:name>/check", views.TrialView.as_view()),
    path("contracts/<path:name>/diff", views.DiffView.as_view()),
    path("contracts/<path:name>/rejected", views.RejectedView.as_view()),
    path("contracts/<path:name>", views.ContractView.as_view(), name="api-contract"),
]
