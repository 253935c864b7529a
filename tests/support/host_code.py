"""Analyse one file of host code."""

from nogrow.errors import ModuleError
from nogrow.jshost.model import CachedView
from nogrow.jshost.stale_views import views_in


def views_kept_in(source: bytes, suffix: str) -> tuple[CachedView, ...]:
    """Return the stale views in `source`, whose file name ends in `suffix`; raise what `views_in` returns."""
    (views,) = views_in([(suffix, source)]).values()
    if isinstance(views, ModuleError):
        raise views
    return views
