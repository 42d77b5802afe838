"""Menus, orders and what people say of them. Pure."""
