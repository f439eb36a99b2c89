"""A graph or a run for people: text, mermaid, dot, and the tree that is shown while a run goes on."""
