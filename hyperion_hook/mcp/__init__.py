"""Answers coding agents over the Model Context Protocol: requests in on stdin, structured answers out on stdout.

``answers`` turns what ``assess`` computes into small tables with a schema; ``server`` names them as tools and
resources. The server reads one repository, writes to nothing but the tool's own stores, and opens no connection.
"""
