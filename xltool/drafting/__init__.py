"""Definitions drafted from official blanks: what a blank prints, what of it is to be filled in, and how it adds up."""
