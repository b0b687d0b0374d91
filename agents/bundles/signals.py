"""What others are told of bundles, after it is committed.

Listeners get ``identity`` (``agent://sha256:…``), ``agent``, ``version`` and ``user`` (or None). What one raises is logged
and hurts nobody else: whoever must not miss it asks ``agents.bundles.state`` now and then, too.
"""

from typing import Final

from django.dispatch import Signal

bundle_approved: Final = Signal()
"""Nodes may run it from now on; ``replicas`` is how many instances whoever approved it wants at once (None: nothing said),
``network`` and ``trusted`` are what its deployment may have."""

bundle_withdrawn: Final = Signal()
"""It was approved and is no longer: end its deployment, place no instance of it; ``reason`` is what was said."""
