"""Builds maltreated: `make survive`."""
