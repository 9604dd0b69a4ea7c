"""How to speak to each kind of other database; a folder per kind, all alike.

``settings`` how to open it · ``validating`` whether it opens, and why not · ``browsing`` what is
in it · ``fetching`` rows by key · ``keys`` the keys that meet a condition.  Drivers know neither
Django nor the product; shapes that all kinds share stand beside the folders.
"""
