"""Imported only inside a function."""


def later():
    return "later"
