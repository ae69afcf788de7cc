"""What all tests share."""

from hypothesis import settings

# Machines that run tests are shared, and a slow example is no wrong one; the same examples each time.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")
