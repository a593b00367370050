"""Tests of drafting definitions from blanks."""
