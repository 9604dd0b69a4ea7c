"""A spreadsheet of Google Sheets, whose sheets are tables with the names of columns in row 1.

A sheet has no index and no query by value, so it is only ever read whole, into a copy here.
``settings`` how to open it · ``asking`` one request and its refusals · ``browsing`` which sheets
and columns there are · ``reading`` all rows · ``judging`` what the columns hold.
"""
