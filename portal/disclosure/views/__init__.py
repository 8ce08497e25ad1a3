"""Collecting an answer: a page that shows nothing, a code, a passphrase for video, then the files.

No GET changes what anybody may do, so a scanner that follows every link burns nothing.
"""

from portal.disclosure.views import addresses, collecting, files, passphrases, renewing
from portal.disclosure.views.blueprint import blueprint

__all__ = ["addresses", "blueprint", "collecting", "files", "passphrases", "renewing"]
