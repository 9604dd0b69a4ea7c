"""Addresses that nobody has are suppressed in the channel that said so, and in no other."""

from collections.abc import Callable, Mapping

from sanderling.accounts.actors import Actor
from sanderling.contacts import suppressing
from sanderling.lib.errors import Invalid


def bury_in(channel: str) -> Callable[[int, Mapping[str, int]], None]:
    """Return how to suppress dead addresses in a channel."""

    def bury(organisation_id: int, addresses: Mapping[str, int]) -> None:
        by = Actor.system(organisation_id)
        for address in addresses:
            try:
                suppressing.suppress(
                    organisation_id,
                    channel,
                    [address],
                    reason=suppressing.Reason.HARD_BOUNCE,
                    by=by,
                )
            except Invalid:
                continue  # not even an address by our rules; it cannot be imported again either

    return bury
