"""The Excel side: the only room that says A1."""
