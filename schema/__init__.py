"""The official schema, as package data."""
