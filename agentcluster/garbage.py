"""How long-lived processes collect garbage: seldom, and never what the imports have made."""

import gc
from typing import Final

THRESHOLDS: Final = (20_000, 20, 20)


def calm() -> None:
    """Collect less often from now on, and never look again at what there is already: runs and calls make much that stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
