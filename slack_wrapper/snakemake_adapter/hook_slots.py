"""Running our part beside a workflow's own hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def compose(workflow: Any, name: str, ours: Callable[[], None], *, ours_first: bool = True) -> None:
    """Run our part beside the user's hook, whichever of the two is defined first.

    Snakemake (9) keeps one function in `workflow._NAME` and sets it by `workflow.NAME`; the
    instance gets a setter of its own that puts the two together.

    Args:
        workflow: Snakemake's.
        name: of the hook: `onstart`, `onsuccess` or `onerror`.
        ours: our part.
        ours_first: whether it comes before the user's.
    """
    slot, define = f"_{name}", getattr(workflow, name)

    def together(theirs: Callable[[Any], None]) -> Callable[[Any], None]:
        def hook(log: Any) -> None:
            if ours_first:
                ours()
                theirs(log)
                return
            try:
                theirs(log)
            finally:
                ours()

        return hook

    def define_composed(theirs: Callable[[Any], None]) -> None:
        before = getattr(workflow, slot)
        define(theirs)
        if getattr(workflow, slot) is not before:  # a module's hook is not taken by Snakemake
            setattr(workflow, slot, together(theirs))

    setattr(workflow, slot, together(getattr(workflow, slot)))
    setattr(workflow, name, define_composed)


def on_escape(workflow: Any, tell: Callable[[BaseException], None]) -> None:
    """Tell of an exception that ends a run without `onerror`, then let it go on its way.

    Snakemake (9.1.4 to 9.27) calls `onerror` when jobs have failed. When something raises between
    jobs, no hook is called: an input function after a checkpoint, an output that its storage does
    not take, the user's own `onstart`. `workflow.execute` raises then.

    Args:
        workflow: Snakemake's.
        tell: is given the exception; called for each, whether the run had begun or not.
    """
    execute = workflow.execute

    def watched(*arguments: Any, **named: Any) -> Any:
        try:
            return execute(*arguments, **named)
        except BaseException as error:
            tell(error)
            raise

    workflow.execute = watched
