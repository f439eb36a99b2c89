"""Fourth stage: from a program to the objects that Argo runs. The only importer of hera."""
