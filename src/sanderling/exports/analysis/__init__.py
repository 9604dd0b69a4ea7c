"""Ready-made analysis: views beside the exported tables, a file for each view and dialect.

``{contacts}`` in a file stands for the table of that dataset.
"""
