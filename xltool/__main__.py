"""`python -m xltool`: the command line."""

from xltool.cli import main

if __name__ == "__main__":
    main(prog_name="xltool")
