"""A Real Time Crime Center core.

Programs outside (the twin's lockstep runner, its score) use only what is named here; everything else may change.
"""
