from shelf.books import count as count
