"""`python -m tiphys.cli` is the command `tiphys`."""

from tiphys.cli import main

main()
