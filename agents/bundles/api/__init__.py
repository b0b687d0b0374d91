"""REST: ``/bundles``, ``/signing-keys``."""
