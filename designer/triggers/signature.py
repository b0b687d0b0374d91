"""Standard Webhooks signatures (https://www.standardwebhooks.com): HMAC-SHA256 over id, moment and the raw body.

Our own lines rather than the ``standardwebhooks`` package: that one knows one secret at a time and reads every body as
JSON, while secrets are rotated here and forms are signed, too.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final

from designer.triggers.errors import BadSignatureError
from designer.triggers.sealing import Secret

TOLERANCE_S: Final = 5 * 60
"""A signature older or newer than this is refused, so that a recorded request cannot be sent again later."""
ID_LENGTH: Final = 150
_ID: Final = re.compile(r"[!-~]+")


def sign(secret: Secret, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature, ``v1,<base64>``."""
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(secret.key, signed, hashlib.sha256).digest()).decode()


def verify(secrets: Iterable[Secret], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the message's id; raises ``BadSignatureError``, which never says what was wrong.

    ``headers`` by lower-case name; one of the signatures in ``webhook-signature`` must fit one of the secrets.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not is_id(message_id) or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise BadSignatureError
    given = [each for each in headers.get("webhook-signature", "").split(" ") if each.startswith("v1,")][:20]
    wanted = [sign(secret, message_id, int(timestamp), body) for secret in secrets]
    # Every pair is compared, whatever came of the others: the time it takes tells nothing.
    fits = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted]
    if not any(fits) or abs(now - int(timestamp)) > TOLERANCE_S:
        raise BadSignatureError
    return message_id


def is_id(text: str) -> bool:
    """Say whether a text can be a message's id: printable ASCII without spaces, not too long."""
    return len(text) <= ID_LENGTH and bool(_ID.fullmatch(text))
