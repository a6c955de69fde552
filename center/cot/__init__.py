"""Cursor-on-Target out and in: the center as a server to which TAK clients connect.

Knows: who connects, what each may see, and how it is written.
Refuses to know: what is in the picture beyond what it shows, and video: none of it is ever in an event.
"""
