"""When something happens, then do something: runs of blocks, one row per run.

Events become runs (``starting``), a segment's new members become events (``launching``), and a
run goes from block to block (``stepping``); each kind of block is one file in ``blocks``.
"""
