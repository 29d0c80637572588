"""The main job on real speech through the running system, from files to two error rates."""
