"""An image's file system as values: tar stream, ELF, package databases, passwd."""
