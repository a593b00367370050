"""xltool."""
