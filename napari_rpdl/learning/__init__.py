"""Losses, networks and training: the only sub-package that needs PyTorch. Imports nothing itself."""
