"""The one door to files: named bytes that appear whole or not at all.

A key is a relative name such as `releases/3f9c….age`. Rooms above know keys, never paths, so that
sealed files may lie in a local folder or in an S3-compatible store without a change in any room.
"""

from portal.storage.door import AlreadyStored, Missing, Storage, Stored, UnsafeKey
from portal.storage.folder import FolderStorage

__all__ = ["AlreadyStored", "FolderStorage", "Missing", "Storage", "Stored", "UnsafeKey"]
