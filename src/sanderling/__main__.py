"""``python -m sanderling`` is the ``sanderling`` command."""

from sanderling.site.command import main

if __name__ == "__main__":
    main()
