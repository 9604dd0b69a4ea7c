"""Where datasets go: one file for each kind of destination, all with the same verbs.

``protocol`` says what a destination can do, ``kinds`` which there are.
"""
