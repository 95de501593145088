"""All campaigns by name, the longest first."""

from tests.faults import cells, coalesced, disks, kills, outages, rates
from tests.faults.outages import Campaign

CAMPAIGNS: dict[str, Campaign] = {
    **rates.CAMPAIGNS,
    **cells.CAMPAIGNS,
    **outages.CAMPAIGNS,
    **kills.CAMPAIGNS,
    **coalesced.CAMPAIGNS,
    **disks.CAMPAIGNS,
    **disks.MOUNTED,
}
# Why a campaign cannot be run on this machine.
SKIPPED: dict[str, str] = dict.fromkeys(disks.MOUNTED, disks.WHY_NOT) if disks.WHY_NOT else {}
