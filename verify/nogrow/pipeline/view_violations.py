"""Make violations of the stale views in a file of host code."""

from collections.abc import Iterator, Mapping, Sequence

from nogrow.analysis.judgement import Entry
from nogrow.contract.violations import Entered, Rule, Violation
from nogrow.jshost.model import CachedView, Call, Position
from nogrow.pipeline.called_exports import growing_exports
from nogrow.report.model import ArtifactReport

_Growing = Mapping[str, tuple[ArtifactReport, Entry]]


def violations_of(views: Sequence[CachedView], modules: Sequence[ArtifactReport]) -> Iterator[Violation]:
    """Yield the violation for each of the views; `modules` are those of the program."""
    growing = growing_exports(modules) if views else {}
    for view in views:
        entered = None if view.call is None else _entered(view.call, growing)
        rule = Rule.STALE_LENGTH if view.shared else Rule.CACHED_VIEW
        yield Violation(rule, _headline(view), view=view, entered=entered)


def hidden_views(count: int) -> tuple[str, ...]:
    """Return a note on findings that are not shown."""
    if not count:
        return ()
    views = "1 view is" if count == 1 else f"{count:,} views are"
    return (f"{views} used after calls that may not enter the module; --strict reports them",)


def _headline(view: CachedView) -> str:
    after, made = "any call since", _place(view.made_in, view.made)
    if view.call is not None:
        after, *inner = (f"`{call.text}` at {_place(call.path, call.at)}" for call in view.call.steps)
        after += f", through {', '.join(inner)}," if inner else ""
    more = len(view.uses) - 1
    further = f", and at {more} more {'place' if more == 1 else 'places'}" if more else ""
    doubt = "" if view.certain else "; it is not known whether that call enters the module"
    harm = "so that the view is too short" if view.shared else "and detached it"
    return (
        f"`{view.binding}`, made at {made}, is used at {view.at}{further} although {after} "
        f"may have grown the memory {harm}{doubt}"
    )


def _entered(call: Call, growing: _Growing) -> Entered | None:
    """Return the first export that the call leads to, None if it is not known."""
    # Emscripten has an underscore in front of the names.
    names = (name for export in call.exports for name in (export, export.removeprefix("_")))
    for artifact, entry in (growing[name] for name in names if name in growing):
        # A witness that ends in host code shows the growth itself.
        ends_at_import = not entry.witness or entry.witness[-1].host is None
        growers = artifact.growers if ends_at_import else ()
        return Entered(artifact.path, entry, artifact.sources, growers)
    return None


def _place(path: str | None, at: Position) -> str:
    return str(at) if path is None else f"{path}:{at}"
