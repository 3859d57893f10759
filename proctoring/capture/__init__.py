"""Where picture and sound come from: a camera, a microphone, or openly simulated ones."""
