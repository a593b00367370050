"""Judging numbers: which rules hold, which cells are doubtful, which cell explains a broken rule."""
