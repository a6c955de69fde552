"""The community portal: where owners of cameras see what is asked for, and send what they choose to send.

Knows: its own protocol (docs/feeds/community.md), and a page for owners who have no app.
Refuses to know: operators and their page. It is a listener of its own, open to the outside, and serves nothing else.
"""
