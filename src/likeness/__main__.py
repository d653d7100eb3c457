"""``python -m likeness`` is the command ``likeness``."""

from likeness.cli.main import main

if __name__ == "__main__":
    main()
