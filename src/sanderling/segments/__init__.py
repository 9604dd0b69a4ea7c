"""Conditions become SQL, SQL becomes people.

The road of a condition is the list of files: ``conditions`` (JSON → typed tree), ``simplifying``
(no negation above a leaf), ``external`` (keys of the customer's rows come by COPY), ``compiling``
(one statement), and then ``counting``, ``freezing``, ``entering`` or ``explaining``.
"""
