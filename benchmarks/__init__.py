"""What we promise about speed, as commands: ``make bench``."""
