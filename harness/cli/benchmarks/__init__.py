"""The measurements behind `skillevo bench`."""
