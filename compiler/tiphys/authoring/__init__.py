"""First stage: what users write. Environments, tasks and their settings; read by tracing and settings."""
