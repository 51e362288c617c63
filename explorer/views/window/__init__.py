"""The window around the pages: menus, notices, help, what is dropped on it."""
