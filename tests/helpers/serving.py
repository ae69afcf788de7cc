"""The web server of the tests: the one of `make serve`, on a free port."""

from tools.serve import serve

__all__ = ["serve"]
