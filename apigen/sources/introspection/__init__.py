"""What runs in the introspection process: modules are imported there, and their functions described as plain data."""
