"""What the catalog knows of usage: of an object, of all objects below a name, and what nobody uses. Commands ask it."""
