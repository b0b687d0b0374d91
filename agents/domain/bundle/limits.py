"""How large a bundle may be (docs/bundles.md). What is beyond is refused, whatever the zip says of itself."""

from typing import Final

ZIP_MAX_BYTES: Final = 32 * 1024 * 1024
"""The zip as it is uploaded."""
UNPACKED_MAX_BYTES: Final = 128 * 1024 * 1024
"""All its files together, as they really are once unpacked."""
FILES_MAX: Final = 2000
ENTRIES_MAX: Final = 2 * FILES_MAX
"""Files and folders that the zip lists."""
DIRECTORY_MAX_BYTES: Final = 4 * 1024 * 1024
"""The zip's central directory: read into memory whole, so bounded before it is."""
RATIO_MAX: Final = 100
"""How many times larger than the zip its files may be together, and a file of over ``RATIO_FROM_BYTES`` than itself."""
RATIO_FROM_BYTES: Final = 1024 * 1024
PATH_MAX: Final = 200
"""Characters of a path, from the bundle's root."""
NAME_MAX_BYTES: Final = 255
"""Bytes (UTF-8) of one part of a path: what file systems take."""
DEPTH_MAX: Final = 16
"""Parts of a path: folders and the file."""
MANIFEST_MAX_BYTES: Final = 256 * 1024
MANIFEST_DEPTH_MAX: Final = 48
"""Lists and mappings in each other in ``agent.yaml``."""
SIGNATURE_MAX_BYTES: Final = 4096

MANIFEST: Final = "agent.yaml"
SIGNATURE: Final = "agent.sig"
