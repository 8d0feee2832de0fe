"""The history index: what every commit knew of the past, exact for any commit."""
