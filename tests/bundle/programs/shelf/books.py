BOOKS = ["a", "b"]


def count():
    return len(BOOKS)
