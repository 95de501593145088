"""`thread: RECEIPT` of the steps of a run: is it the receipt of a step that comes before?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from slack_wrapper.common.channel_form import is_name
from slack_wrapper.errors import RequestError
from slack_wrapper.model.request import NO_THREAD, RUN_THREAD, Request
from slack_wrapper.preflight.findings import Finding
from slack_wrapper.sending.run_threads import check_receipt

HINT = "thread is run, none, or the receipt of a step that is an input of this one"


def threads(
    requests: Mapping[str, Request],
    made: Collection[str],
    before: Mapping[str, Collection[str]],
) -> Iterator[Finding]:
    """Yield a finding for each thread that no step's message can begin.

    Args:
        requests: receipt → post, of the steps that run.
        made: files that jobs of this run make.
        before: receipt → files that are there before its step runs, of those.
    """
    for request in requests.values():
        if request.thread not in (RUN_THREAD, NO_THREAD):
            found = _thread(request, requests, made, before.get(request.receipt, ()))
            if found:
                yield found


def _thread(
    request: Request, requests: Mapping[str, Request], made: Collection[str], there: Collection[str]
) -> Finding | None:
    path, what = request.thread, f"thread {request.thread}"
    if path not in made:
        return _left_by_a_run_before(request, what)
    if path not in there:
        told = f"step {request.rule} may run before this receipt is there"
        return Finding(what, False, told, f"make it an input of {request.rule}")
    root = requests.get(path)  # None for a step of which nothing is known yet
    apart = [one for one in request.channels if root and one not in root.channels]
    if root and apart and all(map(is_name, (*request.channels, *root.channels))):
        hint = "a thread belongs to one channel; post both steps to the same one"
        return Finding(what, False, f"it has no message in channel {apart[0]}", hint, (request,))
    return None


def _left_by_a_run_before(request: Request, what: str) -> Finding | None:
    if not Path(request.thread).exists():
        told = "no step of this run makes this receipt, and it is not there"
        return Finding(what, False, told, HINT, (request,))
    try:
        check_receipt(request)
    except RequestError as error:
        return Finding(what, False, error.message, error.hint, (request,))
    return None
