"""The world, one folder a thing: a wire client, a translation, and the class behind the port."""
