"""Argo Workflows, programmable in plain async Python."""
