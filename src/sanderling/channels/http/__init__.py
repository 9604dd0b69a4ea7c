"""The HTTP gateway: how most providers of SMS and messengers take messages.

Not a channel but what several channels are carried by.  A provider is *described* (address,
headers, body, where the answer has its id and its complaint, which words its reports use), and
one piece of code speaks to all of them: adding a provider is adding a description.

    Description.read(json)  ->  Pool(description, ...).send_many(messages)  ->  receipts
                            ->  report_of(description, members)             ->  a Report
"""

from sanderling.channels.http.describing import BadDescription, Description
from sanderling.channels.http.handing import Outgoing, Pool
from sanderling.channels.http.outcomes import outcome_of
from sanderling.channels.http.reporting import members_of, report_of

__all__ = [
    "BadDescription",
    "Description",
    "Outgoing",
    "Pool",
    "members_of",
    "outcome_of",
    "report_of",
]
