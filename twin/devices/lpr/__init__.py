"""The twin's plate-reader cameras as cameras: what the lens sees, drawn."""
