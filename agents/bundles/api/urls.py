"""The bundles' part of ``/api/v1/``."""

from django.urls import path

from agents.bundles.api.bundles import BundleDownloadView, BundleFilesView, BundleFileView, BundlesView, BundleView
from agents.bundles.api.decisions import ApproveView, QuarantineView, RejectView
from agents.bundles.api.history import DecisionsView, RefusalsView
from agents.bundles.api.signing_keys import SigningKeysView, SigningKeyView

urlpatterns = [
    path("bundles", BundlesView.as_view(), name="api-bundles"),
    path("bundles/refused", RefusalsView.as_view()),
    path("bundles/<str:digest>", BundleView.as_view(), name="api-bundle"),
    path("bundles/<str:digest>/approve", ApproveView.as_view()),
    path("bundles/<str:digest>/reject", RejectView.as_view()),
    path("bundles/<str:digest>/quarantine", QuarantineView.as_view()),
    path("bundles/<str:digest>/decisions", DecisionsView.as_view()),
    path("bundles/<str:digest>/files", BundleFilesView.as_view()),
    path("bundles/<str:digest>/files/<path:path>", BundleFileView.as_view()),
    path("bundles/<str:digest>/download", BundleDownloadView.as_view(), name="api-bundle-download"),
    path("signing-keys", SigningKeysView.as_view()),
    path("signing-keys/<str:key_id>", SigningKeyView.as_view()),
]
