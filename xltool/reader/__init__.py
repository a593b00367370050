"""Takes a workbook of a form back.

Whose it is, where each cell stands by its witnesses, what was changed beside the inputs.
"""
