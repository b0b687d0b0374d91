"""The contracts' part of ``/api/v1/``."""

from django.urls import path

from agents.contracts.api import views

urlpatterns = [
    path("contracts", views.ContractsView.as_view(), name="api-contracts"),
    path("contracts/<str:name>", views.ContractView.as_view(), name="api-contract"),
    path("contracts/<str:name>/versions", views.ContractVersionsView.as_view()),
    path("contracts/<str:name>/versions/<str:version>", views.ContractVersionView.as_view()),
    path("contracts/<str:name>/check", views.TrialView.as_view()),
    path("contracts/<str:name>/diff", views.DiffView.as_view()),
    path("contracts/<str:name>/rejected", views.RejectedView.as_view()),
]
