"""An outcome as text, Markdown, HTML, JSON, SARIF, JUnit, CycloneDX or SPDX."""
