"""Speaker encoders: engines that tell who speaks."""
