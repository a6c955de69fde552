"""Where burglaries may come next, from where they came: a worker beside the core, which never imports it."""
