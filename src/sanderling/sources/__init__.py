"""Rows from outside, by contact.

``saving`` keeps a source, ``fetching`` gets the rows of a batch of contacts for messages,
``matching`` the keys of rows that meet a condition for segments.
"""
