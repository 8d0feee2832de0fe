"""One module an output format: terminal, Markdown, JSON, SARIF, GitLab."""
