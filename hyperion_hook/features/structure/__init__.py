"""Features of the system around a change: coupling, dependencies, public interface, business weight."""
