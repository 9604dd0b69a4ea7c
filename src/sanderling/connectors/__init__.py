"""Doors to other databases, sealed credentials included.

``saving`` keeps a connector, ``opening`` turns it into settings of a driver, ``validating`` tries
them; ``drivers`` know the other databases and nothing of us.
"""
