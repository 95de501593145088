"""All campaigns by name, the longest first."""

from tests.faults import kills, outages
from tests.faults.outages import Campaign

CAMPAIGNS: dict[str, Campaign] = {**outages.CAMPAIGNS, **kills.CAMPAIGNS}
