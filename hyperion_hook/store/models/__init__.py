"""The models of one repository: versions, life cycle, and which one serves."""
