"""What runs in a pod: the standard library and cloudpickle only. Imports nothing of the compiler."""
