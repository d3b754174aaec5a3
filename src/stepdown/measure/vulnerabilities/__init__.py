"""Known vulnerabilities of an image, by a scanner's report or by advisories, and their delta."""
