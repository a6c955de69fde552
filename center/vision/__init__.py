"""Camera frames become plate reads."""
