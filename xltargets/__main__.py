"""``python -m xltargets`` is ``xltargets``."""

from xltargets.cli import main

if __name__ == "__main__":
    main()
