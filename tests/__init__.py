"""Tests, one module for each module of the package; the laws as properties; whole conversions as golden cases."""
