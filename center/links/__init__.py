"""What carries bytes into the center, and for MQTT out of it."""
