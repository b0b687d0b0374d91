"""What people and programs may ask of a run in progress: entries of its inbox (features C6)."""

from typing import Any

import msgspec


class _Command(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="command"):
    by: str = ""
    reason: str = ""


class Cancel(_Command, frozen=True, omit_defaults=True, tag="cancel"):
    """Stop in order: tell what is in flight, undo what is done."""


class Terminate(_Command, frozen=True, omit_defaults=True, tag="terminate"):
    """End at once, undoing nothing."""


class Pause(_Command, frozen=True, omit_defaults=True, tag="pause"):
    """Start nothing new."""


class Resume(_Command, frozen=True, omit_defaults=True, tag="resume"):
    """Go on."""


class Signal(_Command, frozen=True, omit_defaults=True, tag="signal"):
    """Something happened outside."""

    name: str = ""
    key: str = ""
    data: Any = None


class Decide(_Command, frozen=True, omit_defaults=True, tag="decide"):
    """Approve or reject at ``step``; ``reason`` is the comment, ``data`` the filled-in form."""

    step: str = ""
    approved: bool = False
    data: Any = None


class Continue(_Command, frozen=True, omit_defaults=True, tag="continue"):
    """Go on as a new run with a short log."""


class Admit(_Command, frozen=True, omit_defaults=True, tag="admit"):
    """A queued run's turn has come (sent by the engine itself)."""


Command = Cancel | Terminate | Pause | Resume | Signal | Decide | Continue | Admit
