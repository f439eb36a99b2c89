"""How the parts of a program become members of a bundle. Read by `bundle.py`."""
