"""Every fault: nothing lost, nothing doubled, no run killed by trouble that `queue` is for.

A test a campaign: it fails with the cells that are not as they must be, and with what was told.
"""

import pytest

from tests.faults.conftest import Campaigns
from tests.faults.harness import Outcome
from tests.faults.registry import CAMPAIGNS


@pytest.mark.timeout(900)
@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_campaign(campaign: str, campaigns: Campaigns, table: list[Outcome]) -> None:
    outcomes = campaigns.outcomes(campaign)
    table.extend(outcomes)
    wrong = [
        f"{outcome.fault} | {outcome.kind} | {outcome.cell()}: {', '.join(outcome.wrong)}"
        for outcome in outcomes
        if outcome.wrong
    ]
    assert outcomes
    assert not wrong, "\n".join([*wrong, "", outcomes[0].told[-6000:]])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("campaign", ["once"])
def test_the_run_is_not_killed(campaign: str, campaigns: Campaigns) -> None:
    assert {outcome.exit for outcome in campaigns.outcomes(campaign)} == {0}
