"""Images: what they are made of, as a Dockerfile and a build context, and the tools that build them."""
