"""The reports of scanners, one format a file, each read into one form."""
