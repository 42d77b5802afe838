"""Menus as files: reading them, checking them, and what may be advised."""
