"""When something happens, then do something: runs of blocks, one row per run."""
