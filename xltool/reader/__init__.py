"""Takes a workbook of a form back: whose it is, where each cell stands by its witnesses, what was changed beside the inputs."""
