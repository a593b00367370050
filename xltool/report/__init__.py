"""The finished report.

A submission assembled into headings, paragraphs and grids, and printed as Word, HTML or Markdown.
"""
