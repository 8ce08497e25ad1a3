"""Collecting an answer: a page that shows nothing, a code, then the files.

No GET changes what anybody may do, so a scanner that follows every link burns nothing.
"""

from portal.disclosure.views import collecting, files, renewing
from portal.disclosure.views.blueprint import blueprint

__all__ = ["blueprint", "collecting", "files", "renewing"]
