"""Data files that the compiler and the command line read."""
